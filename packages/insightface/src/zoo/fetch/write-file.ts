// Files appear whole or not at all: written beside their place, flushed to the disk, then renamed.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InsightFaceError } from '../../errors.js';
import { modelHome } from '../home.js';
import { mismatch } from '../mismatch.js';

/** What a file must be. */
export interface Expected {
  /** Hex SHA-256. */
  readonly sha256?: string;
  /** Most bytes it may have. */
  readonly limit: number;
  /** Only bytes [start, end) of the stream are kept. */
  readonly range?: readonly [start: number, end: number];
  /** Told the SHA-256 before the file appears. */
  readonly accept?: (sha256: string) => Promise<void>;
}

/**
 * Writes a stream to a file and returns its SHA-256.
 * @throws InsightFaceError `WRITE_FAILED`, `CHECKSUM_MISMATCH`; `DOWNLOAD_FAILED` when the stream is longer than
 * its limit or shorter than its range. Errors of the stream itself pass through.
 */
export async function writeStream(
  path: string,
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  expected: Expected,
): Promise<string> {
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  const hash = createHash('sha256');
  const [start, end] = expected.range ?? [0, Number.POSITIVE_INFINITY];
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  try {
    const handle = await writing(path, () => open(temporary, 'wx'));
    try {
      let position = 0;
      for await (const chunk of stream) {
        const kept = chunk.subarray(Math.max(0, start - position), Math.max(0, end - position));
        position += chunk.length;
        if (position > expected.limit)
          throw new InsightFaceError(
            'DOWNLOAD_FAILED',
            `${path} would be larger than ${expected.limit} bytes; it was not written.`,
          );
        if (kept.length === 0) continue;
        hash.update(kept);
        await writing(path, () => handle.writeFile(kept));
      }
      if (Number.isFinite(end) && position < end)
        throw new InsightFaceError(
          'DOWNLOAD_FAILED',
          `The source of ${path} has ${position} bytes, and bytes up to ${end} are needed.`,
        );
      await writing(path, () => handle.sync());
    } finally {
      await handle.close();
    }
    const sha256 = hash.digest('hex');
    if (expected.sha256 && expected.sha256 !== sha256) throw mismatch(path, expected.sha256, sha256);
    await expected.accept?.(sha256);
    await writing(path, () => rename(temporary, path));
    return sha256;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Runs a file operation; what fails becomes `WRITE_FAILED`. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code;
    const isFull = reason === 'ENOSPC' || reason === 'EDQUOT';
    const remedy = isFull ? 'The disk is full: free some space' : 'Check the path and its permissions';
    const advice = path.startsWith(modelHome())
      ? `${remedy}, or set INSIGHTFACE_HOME to another place.`
      : `${remedy}.`;
    throw new InsightFaceError('WRITE_FAILED', `${path} could not be written (${reason}). ${advice}`, {
      cause,
    });
  }
}
