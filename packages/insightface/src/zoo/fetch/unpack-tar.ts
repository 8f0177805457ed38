// The wanted files of an npm tarball. Nothing else of it is written, whatever its entries are named.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ReadEntry } from 'tar';
import { archiveLimits, checkComplete, install, refuse, type Wanted } from './unpack.js';

/** Wanted files are held in memory until the whole tarball has proved sound. */
const memoryLimit = 2 ** 29;

/** @throws InsightFaceError `DOWNLOAD_FAILED` when the tarball is damaged, a bomb, or lacks a file. */
export async function unpackTar(path: string, name: string, wanted: Wanted): Promise<void> {
  const { Parser } = await import('tar');
  const packed = (await stat(path)).size;
  const found = new Map<string, Buffer[]>();
  let entries = 0;
  let total = 0;
  let held = 0;
  let failure: Error | undefined;
  const parser = new Parser({
    strict: true,
    maxDecompressionRatio: archiveLimits.ratio,
    onReadEntry(entry: ReadEntry) {
      entries++;
      total += entry.size;
      // npm puts everything below one folder, whatever its name.
      const member = entry.path.slice(entry.path.indexOf('/') + 1);
      const isFile = entry.type === 'File' || entry.type === 'OldFile';
      if (wanted.has(member) && isFile && !found.has(member)) {
        const chunks: Buffer[] = [];
        found.set(member, chunks);
        held += entry.size;
        entry.on('data', chunk => chunks.push(chunk));
      } else entry.resume();
      if (entries > archiveLimits.entries || total > archiveLimits.totalBytes || held > memoryLimit)
        failure ??= refuse(name, 'it would unpack to far more than it may');
      if (failure) parser.abort(failure);
    },
  });
  try {
    if (packed === 0) throw new Error('it is empty');
    await pipeline(createReadStream(path), parser);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw failure ?? refuse(name, `it is damaged or hostile (${reason})`, cause);
  }
  checkComplete(name, wanted, new Set(found.keys()));
  for (const [member, chunks] of found)
    for (const target of wanted.get(member) ?? []) await install(target, chunks);
}
