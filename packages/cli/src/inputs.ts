// Paths, folders and globs on the command line to image files, in a stable order.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { glob } from 'tinyglobby';

const extensions = 'jpg,jpeg,jpe,png,webp,gif,tif,tiff,avif,bmp,ppm,pgm,heic';

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
  const found = await glob(`**/*.{${extensions}}`, { cwd: folder, caseSensitiveMatch: false, dot: false });
  if (found.length === 0)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `No image file (${extensions.replaceAll(',', ', ')}) lies under ${folder}.`,
    );
  return found.sort().map(file => join(folder, file));
}

async function matches(pattern: string): Promise<string[]> {
  const found = await glob(pattern, { caseSensitiveMatch: false });
  if (found.length === 0) throw new InsightFaceError('FILE_NOT_FOUND', `No file matches ${pattern}.`);
  return found.sort();
}
