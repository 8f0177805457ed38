// A data set of drawn "people" that a tiny network learns in seconds, and an experiment on it.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImage, encodePng } from 'insightface-ts';
import { seededRandom } from '../../data/random.js';
import type { Experiment } from '../experiment.js';
import { checkExperiment } from '../experiment-file.js';
import { newestCheckpoint } from '../run-folder.js';

export const tinySize = 32;

/** Writes `people` folders of `images` pictures each, a pairs file, and gives the folder. */
export async function drawTinyFaces(people = 6, images = 6): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tiny-faces-'));
  const lines: string[] = [];
  const name = (person: number, image: number) => `p${person}/p${person}_${image}`;
  for (let person = 0; person < people; person++) {
    mkdirSync(join(folder, 'faces', `p${person}`), { recursive: true });
    for (let image = 0; image < images; image++) {
      writeFileSync(
        join(folder, 'faces', `${name(person, image)}.png`),
        await encodePng(draw(person, image)),
      );
      lines.push(`${name(person, image)},${name(person, (image + 1) % images)},1`);
      lines.push(`${name(person, image)},${name((person + 1) % people, image)},0`);
    }
  }
  writeFileSync(join(folder, 'pairs.csv'), lines.join('\n'));
  return folder;
}

/** A person is a grid of colours; an image of it is darker or lighter, with noise. */
function draw(person: number, image: number) {
  const picture = createImage(tinySize, tinySize);
  const look = seededRandom(1, person);
  const grid = Float32Array.from({ length: 48 }, () => 60 + 130 * look());
  const random = seededRandom(2, person, image);
  const gain = 0.8 + 0.4 * random();
  for (let y = 0; y < tinySize; y++)
    for (let x = 0; x < tinySize; x++)
      for (let c = 0; c < 3; c++)
        picture.data[(y * tinySize + x) * 3 + c] =
          gain * grid[((y >> 3) * 4 + (x >> 3)) * 3 + c]! + 20 * random();
  return picture;
}

/** A digest of all that the newest checkpoint of one process depends on. */
export function learnedDigest(out: string): string {
  const { folder } = newestCheckpoint(out)!;
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).filter(name => name.endsWith('.safetensors')))
    hash.update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}

/** An experiment of some steps on the drawings, with what is to be different. */
export function tinyExperiment(folder: string, changes: Readonly<Record<string, unknown>> = {}): Experiment {
  return checkExperiment(
    {
      name: 'tiny',
      data: { train: 'faces', size: tinySize, workers: 0 },
      backbone: {
        name: 'iresnet',
        blocks: [1, 1, 1, 1],
        channels: [4, 8, 8, 8],
        embeddingSize: 16,
        dropout: 0.2,
      },
      loss: { name: 'cosface', scale: 16, margin: 0.2 },
      optimizer: { name: 'sgd', lr: 0.1 },
      schedule: { steps: 30, warmup: 0.1 },
      batchSize: 12,
      threads: 1,
      evaluate: { sets: [{ name: 'drawn', pairs: 'pairs.csv', images: 'faces' }], everySteps: 10 },
      checkpoint: { everySteps: 10, keep: 2 },
      ...changes,
    },
    'the tiny experiment',
    folder,
  );
}
