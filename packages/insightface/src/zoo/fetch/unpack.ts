// What the readers of archives share: limits against bombs, and what is to be taken out.
import { InsightFaceError } from '../../errors.js';
import { type Expected, writeStream } from './write-file.js';

/** Limits of one archive; far above every pack there is. */
export const archiveLimits = {
  /** Bytes of one file. */
  fileBytes: 2 ** 31,
  /** Bytes of all files. */
  totalBytes: 2 ** 33,
  entries: 100_000,
  /** Unpacked to packed size; weights hardly shrink. */
  ratio: 200,
} as const;

/** Where a file of an archive goes, and what it must be. */
export interface Target extends Omit<Expected, 'limit'> {
  readonly path: string;
}

/** Targets by the name of the file inside the archive, with `/`. */
export type Wanted = ReadonlyMap<string, readonly Target[]>;

/** Writes one file. */
export async function install(
  { path, ...expected }: Target,
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await writeStream(path, stream, { ...expected, limit: archiveLimits.fileBytes });
}

/** The error of an archive that is not taken. */
export function refuse(archive: string, reason: string, cause?: unknown): InsightFaceError {
  return new InsightFaceError(
    'DOWNLOAD_FAILED',
    `${archive} was not unpacked: ${reason}. Nothing of it is kept.`,
    cause === undefined ? {} : { cause },
  );
}

/** @throws InsightFaceError `DOWNLOAD_FAILED` when something wanted was not in the archive. */
export function checkComplete(archive: string, wanted: Wanted, found: ReadonlySet<string>): void {
  const absent = [...wanted.keys()].filter(member => !found.has(member));
  if (absent.length > 0) throw refuse(archive, `it does not hold ${absent.join(', ')}`);
}
