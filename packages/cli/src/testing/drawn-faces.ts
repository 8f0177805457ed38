// A data set of drawn "people" and an experiment on it, for the training commands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createImage, encodePng } from 'insightface-ts';

/** Writes `faces/`, `pairs.csv` and `experiment.json`, with what is to be different in the experiment. */
export async function writeDrawnFaces(folder: string, changes: object = {}): Promise<void> {
  const path = (name: string) => join(folder, name);
  for (let person = 0; person < 3; person++) {
    mkdirSync(path(`faces/p${person}`), { recursive: true });
    for (let i = 0; i < 4; i++) {
      const image = createImage(32, 32);
      for (let at = 0; at < image.data.length; at++)
        image.data[at] = 80 * person + 10 * i + (at % (3 + 2 * person)) * 8;
      writeFileSync(path(`faces/p${person}/${i}.png`), await encodePng(image));
    }
  }
  writeFileSync(path('pairs.csv'), 'p0/0,p0/1,1\np0/0,p1/0,0\np1/2,p1/3,1\np2/0,p1/3,0\n');
  const experiment = {
    name: 'tiny',
    data: { train: 'faces', size: 32, workers: 0 },
    backbone: { name: 'iresnet', blocks: [1, 1, 1, 1], channels: [4, 4, 8, 8], embeddingSize: 8 },
    loss: { name: 'cosface', scale: 16, margin: 0.1 },
    schedule: { steps: 4 },
    ...{ batchSize: 4, threads: 1, logEverySteps: 1 },
    evaluate: { sets: [{ name: 'drawn', pairs: 'pairs.csv', images: 'faces' }], everySteps: 2 },
    ...changes,
  };
  writeFileSync(path('experiment.json'), JSON.stringify(experiment));
}
