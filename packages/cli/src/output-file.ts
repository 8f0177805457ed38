// Files that a command leaves behind: whole or not at all, and never in place of something that is no file.
import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InsightFaceError } from 'insightface-ts';

export interface OutputOptions {
  /** Only the user may read it. */
  readonly secret?: boolean;
}

/**
 * Writes a file beside its place and moves it there when it is on the disk. A link is followed; a device or a pipe
 * is written to.
 * @throws InsightFaceError `WRITE_FAILED`; what was at that place is still there then.
 */
export async function writeOutput(
  file: string,
  data: string | Uint8Array,
  { secret = false }: OutputOptions = {},
): Promise<void> {
  try {
    const place = await realpath(file).catch(() => file);
    const there = await stat(place).catch(() => undefined);
    if (there && !there.isFile()) await writeFile(place, data);
    else await replace(place, data, secret ? 0o600 : (there?.mode ?? 0o666));
  } catch (cause) {
    throw writeFailed(file, cause);
  }
}

/** @throws InsightFaceError `FILE_NOT_FOUND` when there is no folder for a file. */
export async function checkFolderOf(file: string): Promise<void> {
  const folder = dirname(resolve(file));
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory())
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `The folder ${folder} for ${file} does not exist. Make it first.`,
    );
}

/** Makes a folder with all above it. @throws InsightFaceError `WRITE_FAILED`. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch(cause => {
    throw writeFailed(folder, cause);
  });
}

async function replace(place: string, data: string | Uint8Array, mode: number): Promise<void> {
  const temporary = `${place}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function writeFailed(path: string, cause: unknown): InsightFaceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new InsightFaceError(
    'WRITE_FAILED',
    `${path} cannot be written: ${reason}. Check the path, free space and permissions.`,
    { cause },
  );
}
