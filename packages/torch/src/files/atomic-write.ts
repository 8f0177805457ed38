// Files appear whole or not at all: written beside their place, flushed to the disk, then renamed.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TorchError } from '../errors.js';

/**
 * Writes the parts one after another; a file that was there stays as it was until the new one is complete.
 * @throws TorchError `WRITE_FAILED` for a full disk or a missing permission.
 */
export async function writeAtomically(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    // Where even the folder cannot be, there is nothing to remove.
    await rm(temporary, { force: true }).catch(() => {});
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new TorchError(
      'WRITE_FAILED',
      `${path} could not be written (${error.message}). Check the free space and the permissions.`,
      { cause: error },
    );
  }
}
