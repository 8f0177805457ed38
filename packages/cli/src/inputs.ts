// Paths, folders and globs on the command line to image files, in a stable order.
import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { glob } from 'tinyglobby';

const extensions = new Set(['jpg', 'jpeg', 'jpe', 'png', 'webp', 'gif', 'tif', 'tiff', 'avif', 'ppm', 'pgm']);

/**
 * Files as named, the images of each folder (with all its subfolders), the matches of each glob.
 * A file that does not exist stays in the list, so that its error is reported with its name.
 * @throws InsightFaceError `FILE_NOT_FOUND` when a folder or glob holds no image.
 */
export async function expandInputs(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info?.isDirectory()) files.push(...(await imagesUnder(path)));
    else if (!info && /[*?[\]{}]/.test(path)) files.push(...(await matches(path)));
    else files.push(path);
  }
  return files;
}

async function imagesUnder(folder: string): Promise<string[]> {
  const found: string[] = [];
  await collect(folder, found, new Set());
  if (found.length === 0)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `No image file (${[...extensions].join(', ')}) lies under ${folder}.`,
    );
  return found.sort();
}

/** Links are followed, but no folder is entered twice. What is hidden is passed over. */
async function collect(folder: string, found: string[], seen: Set<string>): Promise<void> {
  const place = await realpath(folder);
  if (seen.has(place)) return;
  seen.add(place);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  // A folder that cannot be listed stays in the list, so that its error is reported with its name.
  if (!entries) found.push(folder);
  for (const entry of entries ?? []) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory()) await collect(path, found, seen);
    else if (target?.isFile() && extensions.has(extname(path).slice(1).toLowerCase())) found.push(path);
  }
}

async function matches(pattern: string): Promise<string[]> {
  const found = await glob(pattern, { caseSensitiveMatch: false, absolute: isAbsolute(pattern) });
  if (found.length === 0) throw new InsightFaceError('FILE_NOT_FOUND', `No file matches ${pattern}.`);
  return found.sort();
}
