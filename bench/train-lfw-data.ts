// Crops of LFW's View 1 for training: everybody of peopleDevTrain with two or more photos, and every photo of the pairs of
// pairsDevTest, whom the first list does not name.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePairs } from 'insightface-ts';
import { type CropJob, cutFaces, makeOnce } from './face-crops.js';
import { sharedPath } from './shared-data.js';

/** Where the crops lie. */
export interface LfwCrops {
  readonly train: string;
  readonly test: string;
}

/**
 * Makes the crops where they are not there yet.
 * @param size side in pixels, at most 112.
 */
export async function prepareLfwCrops(folder: string, size: number): Promise<LfwCrops> {
  const made = join(folder, `lfw-view1-${size}`);
  await makeOnce(made, async temporary => {
    const train = (await trainingPhotos()).map(photo => jobOf('train', photo));
    const test = (await testPhotos()).map(photo => jobOf('test', photo));
    await cutFaces([...train, ...test], temporary, size);
  });
  return { train: join(made, 'train'), test: join(made, 'test') };
}

function jobOf(set: keyof LfwCrops, photo: string): CropJob {
  return { photo: sharedPath(`data/lfw/${photo}`), crop: join(set, photo.replace(/\.jpg$/, '.png')) };
}

/** Below data/lfw. The people lists name more photos than are here: what exists is taken. */
async function trainingPhotos(): Promise<string[]> {
  const list = await readFile(sharedPath('data/lfw/peopleDevTrain.txt'), 'utf8');
  const people = list
    .split('\n')
    .slice(1)
    .flatMap(line => line.trim().split(/\s+/)[0] || []);
  const all: string[] = [];
  for (const person of people) {
    const photos = await readdir(join(sharedPath('data/lfw'), person)).catch(() => []);
    if (photos.length >= 2) all.push(...photos.sort().map(photo => `${person}/${photo}`));
  }
  return all;
}

async function testPhotos(): Promise<string[]> {
  const pairs = parsePairs(await readFile(sharedPath('data/lfw/pairsDevTest.txt'), 'utf8'));
  return [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].map(name => `${name}.jpg`);
}
