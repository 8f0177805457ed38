import type { FileHandle } from 'node:fs/promises';
import { invalid } from './invalid.js';

/** Bytes `[start, start + length)` of a file, which must have them. */
export async function readRange(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const { size } = await handle.stat();
  if (start + length > size) throw invalid('it ends too early');
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), start + done);
    if (bytesRead === 0) throw invalid('it ends too early');
    done += bytesRead;
  }
  return bytes;
}
