// Node only: data sets as they lie on disk. The formats themselves are read in pairs-file.ts, insightface-bin.ts and
// detection-truth.ts.
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, resolve, sep } from 'node:path';
import { InsightFaceError } from '../errors.js';
import { type DetectionTruth, parseDetectionTruth } from './detection-truth.js';
import type { IdentificationItem } from './identification.js';
import { parseVerificationBin, type VerificationBin } from './insightface-bin.js';
import { parsePairs } from './pairs-file.js';
import type { VerificationPair } from './verification.js';

const IMAGE_ENDINGS = new Set([
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.pgm',
  '.ppm',
  '.tif',
  '.tiff',
  '.avif',
  '.gif',
]);

/** Pairs, and the file of every image in them. */
export interface PairsOnDisk {
  readonly pairs: readonly VerificationPair[];
  /** Full path by the image's name. */
  readonly images: ReadonlyMap<string, string>;
}

/** A folder with one folder of images for each person. */
export interface PeopleOnDisk {
  readonly items: readonly IdentificationItem[];
  /** Full path by the item's name. */
  readonly images: ReadonlyMap<string, string>;
}

/**
 * Reads a pairs file (LFW's, or a CSV; see {@link parsePairs}) and finds its images in a folder.
 * @throws InsightFaceError `FILE_NOT_FOUND` when the file, the folder or some of the images are not there;
 * `DATASET_INVALID` when the file does not read.
 */
export async function readPairs(imagesFolder: string, pairsFile: string): Promise<PairsOnDisk> {
  const pairs = naming(pairsFile, parsePairs, (await read(pairsFile)).toString('utf8'));
  const names = pairs.flatMap(pair => [pair.a, pair.b]);
  const images = await findImages(imagesFolder, names, pairsFile);
  return { pairs, images };
}

/**
 * Finds the images that a list names in a folder: by their path in it, with or without the ending, or by a path that
 * leads into it.
 * @param listFile where the names come from, for the error.
 * @returns full path by name, each name once.
 * @throws InsightFaceError `FILE_NOT_FOUND` with the first few that are not there.
 */
export async function findImages(
  folder: string,
  names: Iterable<string>,
  listFile: string,
): Promise<Map<string, string>> {
  const files = await listImages(folder);
  const byName = new Map(files.map(file => [file.slice(0, -extname(file).length), file]));
  for (const file of files) byName.set(file, file);
  const inFolder = (name: string) => relative(folder, name).split(sep).join('/');
  const images = new Map<string, string>();
  const absent: string[] = [];
  for (const name of new Set(names)) {
    const file = byName.get(name) ?? byName.get(inFolder(name));
    if (file === undefined) absent.push(name);
    else images.set(name, join(folder, file));
  }
  if (absent.length > 0)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `${absent.length} images of ${listFile} are not in ${folder}: ${firstOf(absent)}. Check the folder.`,
    );
  return images;
}

/**
 * Reads a folder that holds one folder of images for each person; other files are passed over.
 * @throws InsightFaceError `FILE_NOT_FOUND` when there is no such folder, `DATASET_INVALID` when it holds no people.
 */
export async function readPeople(folder: string): Promise<PeopleOnDisk> {
  const items = (await listImages(folder))
    .filter(file => file.includes('/'))
    .map(file => ({ image: file, person: file.slice(0, file.lastIndexOf('/')) }));
  if (items.length === 0)
    throw new InsightFaceError(
      'DATASET_INVALID',
      `${folder} holds no images in folders; give a folder with one folder of images for each person.`,
    );
  return { items, images: new Map(items.map(({ image }) => [image, join(folder, image)])) };
}

/** Reads an InsightFace verification set (`.bin`). Errors as {@link parseVerificationBin}, and `FILE_NOT_FOUND`. */
export async function readVerificationBin(file: string): Promise<VerificationBin> {
  return naming(file, parseVerificationBin, await read(file));
}

/** Reads a file of face boxes. Errors as {@link parseDetectionTruth}, and `FILE_NOT_FOUND`. */
export async function readDetectionTruth(file: string): Promise<DetectionTruth[]> {
  return naming(file, parseDetectionTruth, (await read(file)).toString('utf8'));
}

/**
 * Images below a folder, links followed: paths relative to it with forward slashes, in order.
 * @throws InsightFaceError `FILE_NOT_FOUND` when it, or a folder in it, cannot be read.
 */
export async function listImages(folder: string): Promise<string[]> {
  const root = resolve(folder);
  const files: string[] = [];
  try {
    await addFilesBelow(root, files);
  } catch (cause) {
    const place = cause instanceof Error && 'path' in cause ? cause.path : folder;
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `The folder ${place} cannot be read. Check the path and its permissions.`,
      { cause },
    );
  }
  return files
    .filter(file => IMAGE_ENDINGS.has(extname(file).toLowerCase()))
    .map(file => relative(root, file).split(sep).join('/'))
    .sort();
}

function firstOf(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

/**
 * Adds the files below a folder. A link that leads back to a folder above is not followed; pipes and devices, which may never
 * end, are passed over.
 */
async function addFilesBelow(folder: string, files: string[], above: readonly string[] = []): Promise<void> {
  const place = await realpath(folder);
  if (above.includes(place)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const target = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (target?.isDirectory()) await addFilesBelow(path, files, [...above, place]);
    // What reads a link to nothing tells of it.
    else if (!target || target.isFile()) files.push(path);
  }
}

/** Parses what was read, and puts the file's path before what the parser complains of. */
function naming<From, To>(file: string, parse: (content: From) => To, content: From): To {
  try {
    return parse(content);
  } catch (cause) {
    if (!(cause instanceof InsightFaceError)) throw cause;
    throw new InsightFaceError(cause.code, `${file}: ${cause.message}`, { cause });
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Check the path.`, { cause });
  }
}
