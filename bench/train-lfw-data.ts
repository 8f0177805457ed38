// Crops of LFW's View 1 for training: everybody of peopleDevTrain with two or more photos, and every photo of the pairs of
// pairsDevTest, whom the first list does not name. Faces are found by SCRFD and aligned by their five points.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { alignFace, decodeImage, encodePng, FaceAnalysis, parsePairs, resizeSmoothly } from 'insightface-ts';
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
  if (!existsSync(made)) {
    const temporary = `${made}.writing`;
    await rm(temporary, { recursive: true, force: true });
    await cutAll(temporary, size);
    await rename(temporary, made);
  }
  return { train: join(made, 'train'), test: join(made, 'test') };
}

async function cutAll(folder: string, size: number): Promise<void> {
  const jobs = [...(await trainingPhotos()), ...(await testPhotos())];
  const pack = await mkdtemp(join(tmpdir(), 'train-lfw-'));
  await symlink(sharedPath('weights/scrfd_500m.onnx'), join(pack, 'scrfd_500m.onnx'));
  const app = await FaceAnalysis.create({
    pack,
    tasks: ['detection'],
    detSize: { width: 256, height: 256 },
    detThresh: 0.3,
  });
  try {
    const paths = jobs.map(({ photo }) => sharedPath(`data/lfw/${photo}`));
    let at = 0;
    for await (const item of app.stream(paths, { maxNum: 1 })) {
      const { set, photo } = jobs[at++]!;
      if (at % 1000 === 0) console.error(`${at} of ${jobs.length} photos`);
      const face = 'error' in item ? undefined : item.faces[0];
      if (!face) throw new Error(`No face in ${photo}; every photo of View 1 has one.`);
      const crop = alignFace(await decodeImage(await readFile(item.input)), face.kps, 112);
      const file = join(folder, set, photo.replace(/\.jpg$/, '.png'));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await encodePng(resizeSmoothly(crop, size, size)));
    }
  } finally {
    await app.dispose();
    await rm(pack, { recursive: true });
  }
}

interface Job {
  readonly set: 'train' | 'test';
  /** Path below data/lfw. */
  readonly photo: string;
}

/** The people lists name more photos than are here: what exists is taken. */
async function trainingPhotos(): Promise<Job[]> {
  const list = await readFile(sharedPath('data/lfw/peopleDevTrain.txt'), 'utf8');
  const people = list
    .split('\n')
    .slice(1)
    .flatMap(line => line.trim().split(/\s+/)[0] || []);
  const jobs: Job[] = [];
  for (const person of people) {
    const photos = await readdir(join(sharedPath('data/lfw'), person)).catch(() => []);
    if (photos.length < 2) continue;
    for (const photo of photos.sort()) jobs.push({ set: 'train', photo: `${person}/${photo}` });
  }
  return jobs;
}

async function testPhotos(): Promise<Job[]> {
  const pairs = parsePairs(await readFile(sharedPath('data/lfw/pairsDevTest.txt'), 'utf8'));
  return [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].map(name => ({
    set: 'test',
    photo: `${name}.jpg`,
  }));
}
