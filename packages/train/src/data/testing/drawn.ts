// Pictures that are drawn: no two alike, and with detail, as photos have.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createImage, encodePng, type Image } from 'insightface-ts';
import { seededRandom } from '../random.js';

/** Soft blobs of colour; the same for the same seeds. */
export function drawnImage(seeds: readonly number[], width = 112, height = 112): Image {
  const random = seededRandom(...seeds);
  const image = createImage(width, height);
  const blobs = Array.from({ length: 40 }, () => ({
    x: random() * width,
    y: random() * height,
    size: (0.03 + 0.12 * random()) * width,
    color: [random(), random(), random()].map(level => 300 * (level - 0.5)),
  }));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) {
        let level = 128;
        for (const blob of blobs)
          level += blob.color[c]! * Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / (2 * blob.size ** 2));
        image.data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, level));
      }
  return image;
}

/** Writes `p0/0.png` ... into a folder; person p has `counts[p]` pictures. */
export async function drawPeople(folder: string, counts: readonly number[], side = 32): Promise<void> {
  for (const [person, count] of counts.entries()) {
    await mkdir(join(folder, `p${person}`), { recursive: true });
    for (let i = 0; i < count; i++)
      await writeFile(
        join(folder, `p${person}`, `${i}.png`),
        await encodePng(drawnImage([person, i], side, side)),
      );
  }
}
