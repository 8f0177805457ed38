// The files of a pack that lies in a folder or in memory.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InsightFaceError } from '../../errors.js';

/** Names and bytes. */
export interface PackFiles {
  readonly name: string;
  /** Names of the files directly in the pack, sorted. */
  readonly names: readonly string[];
  /** @throws InsightFaceError `FILE_NOT_FOUND` */
  read(file: string): Promise<Uint8Array>;
}

/** @throws InsightFaceError `FILE_NOT_FOUND` when the folder cannot be listed. */
export async function folderFiles(folder: string): Promise<PackFiles> {
  const root = resolve(folder);
  const entries = await readdir(root).catch((cause: unknown) => {
    throw new InsightFaceError('FILE_NOT_FOUND', `The folder ${folder} cannot be read.`, { cause });
  });
  return {
    name: basename(root),
    names: entries.toSorted(),
    read: async file => {
      const path = join(root, ...file.split('/'));
      try {
        // A device or a pipe has no end.
        if (!(await stat(path)).isFile()) throw new Error('It is no file.');
        return await readFile(path);
      } catch (cause) {
        throw new InsightFaceError('FILE_NOT_FOUND', `${file} of the pack in ${folder} cannot be read.`, {
          cause,
        });
      }
    },
  };
}

/** A pack whose files are in memory already. */
export function memoryFiles(files: ReadonlyMap<string, Uint8Array>): PackFiles {
  return {
    name: 'custom',
    names: [...files.keys()].toSorted(),
    read: async file => {
      const bytes = files.get(file);
      if (!bytes) throw new InsightFaceError('FILE_NOT_FOUND', `${file} is not among the pack's files.`);
      return bytes;
    },
  };
}
