// Any data set by its path: what lies there tells its kind.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import type { FaceDataset } from './face-dataset.js';
import { openFolder } from './open-folder.js';
import { manifestFile } from './packed/format.js';
import { openPacked } from './packed/open-packed.js';
import { openRecordIo } from './record-io/open-record-io.js';

/**
 * Opens a data set made by {@link prepareDataset}, a `.rec` file or the folder with `train.rec`, or a folder of people's
 * folders with images.
 * @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID`.
 */
export async function openFaceDataset(path: string): Promise<FaceDataset> {
  const info = existsSync(path) ? statSync(path) : undefined;
  if (!info) throw new InsightFaceError('FILE_NOT_FOUND', `There is no data set at ${path}. Check the path.`);
  if (path.endsWith('.rec')) return openRecordIo(path);
  if (!info.isDirectory())
    throw new InsightFaceError('DATASET_INVALID', `${path} is no data set: give a folder, or a .rec file.`);
  if (existsSync(join(path, manifestFile))) return openPacked(path);
  if (existsSync(join(path, 'train.rec'))) return openRecordIo(join(path, 'train.rec'));
  return openFolder(path);
}
