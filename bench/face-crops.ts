// Crops for the benches that train: faces found by SCRFD, upright by their five points. Made once, in a folder that
// appears whole or not at all.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { alignFace, decodeImage, encodePng, FaceAnalysis, resizeSmoothly } from 'insightface-ts';
import { sharedPath } from './shared-data.js';

/** A photo, and the crop of it. */
export interface CropJob {
  /** Full path. */
  readonly photo: string;
  /** Path of the PNG in the folder of crops. */
  readonly crop: string;
}

/** Fills a folder by `make` where it is not there yet. */
export async function makeOnce(folder: string, make: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(folder)) return;
  const temporary = `${folder}.writing`;
  await rm(temporary, { recursive: true, force: true });
  await make(temporary);
  await rename(temporary, folder);
}

/**
 * Cuts the largest face out of each photo.
 * @param size side in pixels, at most 112.
 */
export async function cutFaces(jobs: readonly CropJob[], folder: string, size: number): Promise<void> {
  const pack = await mkdtemp(join(tmpdir(), 'face-crops-'));
  await symlink(sharedPath('weights/scrfd_500m.onnx'), join(pack, 'scrfd_500m.onnx'));
  const app = await FaceAnalysis.create({
    pack,
    tasks: ['detection'],
    detSize: { width: 256, height: 256 },
    detThresh: 0.3,
  });
  try {
    const photos = jobs.map(({ photo }) => photo);
    let at = 0;
    for await (const item of app.stream(photos, { maxNum: 1 })) {
      const { photo, crop } = jobs[at++]!;
      if (at % 1000 === 0) console.error(`${at} of ${jobs.length} photos`);
      const face = 'error' in item ? undefined : item.faces[0];
      if (!face) throw new Error(`No face in ${photo}, where there is one.`);
      const upright = alignFace(await decodeImage(await readFile(photo)), face.kps, 112);
      const file = join(folder, crop);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await encodePng(resizeSmoothly(upright, size, size)));
    }
  } finally {
    await app.dispose();
    await rm(pack, { recursive: true });
  }
}
