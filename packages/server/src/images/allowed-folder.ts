// Pictures and folders named by path: only those within a folder that the operator allows, links resolved.
import { constants, open, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { HttpError } from '../errors/http-error.js';

/**
 * The real path of what lies within an allowed folder.
 * @param path absolute, or relative to the first allowed folder that has it.
 * @throws HttpError `FORBIDDEN`, in the same words whether there is such a file or not.
 */
export async function allowedPath(path: string, allowFolders: readonly string[]): Promise<string> {
  if (!path.includes('\0'))
    for (const folder of allowFolders) {
      const base = await realpath(folder).catch(() => undefined);
      const target = base && (await realpath(resolve(base, path)).catch(() => undefined));
      if (base !== undefined && target !== undefined && isWithin(base, target)) return target;
    }
  throw new HttpError('FORBIDDEN', 'The path is in no allowed folder, or is not there. See --allow-folder.');
}

/** @throws HttpError `FORBIDDEN`, `PAYLOAD_TOO_LARGE`. */
export async function readAllowedFile(
  path: string,
  allowFolders: readonly string[],
  maxBytes: number,
): Promise<Uint8Array> {
  const real = await allowedPath(path, allowFolders);
  // A file that became a link meanwhile is not followed; a pipe does not block.
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!handle) throw new HttpError('FORBIDDEN', 'The file cannot be read.');
  try {
    const info = await handle.stat();
    if (!info.isFile()) throw new HttpError('FORBIDDEN', 'The path is not that of a file.');
    if (info.size > maxBytes)
      throw new HttpError('PAYLOAD_TOO_LARGE', `An image has at most ${maxBytes} bytes.`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function isWithin(base: string, target: string): boolean {
  const way = relative(base, target);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
