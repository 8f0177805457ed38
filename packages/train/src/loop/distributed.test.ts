import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { files, type Tensor } from '@insightface-ts/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScenario } from '../../../torch/src/distributed/testing/start-ranks.js';
import { backboneFile } from './checkpoint.js';
import type { TrainResult } from './run.js';
import { newestCheckpoint } from './run-folder.js';
import { drawTinyFaces, tinyExperiment } from './testing/tiny-faces.js';
import { train } from './train.js';

const PROGRAM = fileURLToPath(new URL('./testing/train-ranks.ts', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await drawTinyFaces();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A joined batch of 12 on any number of ranks; without chance, so that all come to the same. */
function experimentFor(ranks: number, steps: number, classifier: object) {
  return tinyExperiment(folder, {
    backbone: { name: 'iresnet', blocks: [1, 1, 1, 1], channels: [4, 8, 8, 8], embeddingSize: 16 },
    // An image's place in the epoch decides what augmentation does, whichever rank takes it.
    augmentation: [{ kind: 'flip' }],
    schedule: { steps: 20 },
    optimizer: { lr: 0.02 },
    ...{ classifier, batchSize: 12 / ranks, checkpoint: { everySteps: steps } },
    distributed: { syncBatchNorm: true },
    evaluate: { sets: [{ name: 'drawn', pairs: 'pairs.csv', images: 'faces' }], everySteps: 3 },
  });
}

async function trainOn(
  ranks: number,
  out: string,
  steps: number,
  classifier: object,
): Promise<TrainResult[]> {
  const experiment = { ...experimentFor(ranks, steps, classifier), schedule: { steps, warmup: 0, power: 1 } };
  if (ranks === 1) return [await train(experiment, { out, resume: true })];
  const file = join(folder, 'ranks.json');
  writeFileSync(file, JSON.stringify({ experiment, out }));
  return runScenario<TrainResult>(file, ranks, PROGRAM);
}

async function weightsOf(out: string): Promise<Map<string, Tensor>> {
  return files.readStateDict(join(newestCheckpoint(out)!.folder, backboneFile));
}

/** Largest difference, relative for numbers above 1, such as running variances. */
async function difference(a: string, b: string): Promise<number> {
  const [first, second] = await Promise.all([weightsOf(a), weightsOf(b)]);
  let largest = 0;
  for (const [name, tensor] of first) {
    const values = second.get(name)!.data();
    // Running variances are far from 1.
    for (const [i, value] of tensor.data().entries())
      largest = Math.max(
        largest,
        Math.abs(Number(value) - Number(values[i])) / Math.max(1, Math.abs(Number(value))),
      );
  }
  return largest;
}

test.each([{ name: 'full' }, { name: 'partialFc', sampleRate: 1 }])(
  '2 and 3 ranks train as one process with the joined batch does: %j',
  async classifier => {
    const out = (ranks: number) => join(folder, `${classifier.name}-${ranks}`);
    for (const ranks of [1, 2, 3]) {
      const results = await trainOn(ranks, out(ranks), 3, classifier);
      expect(results.map(({ step }) => step)).toEqual(Array(ranks).fill(3));
    }
    // Sums of floats in another order; batch normalisation makes the difference grow from step to step.
    expect(await difference(out(1), out(2))).toBeLessThan(1e-5);
    expect(await difference(out(1), out(3))).toBeLessThan(1e-5);
  },
  120_000,
);

test('a checkpoint of two ranks, each with its share of the classes, goes on with one and with three', async () => {
  const classifier = { name: 'partialFc', sampleRate: 1 };
  const straight = join(folder, 'straight');
  await trainOn(2, straight, 3, classifier);
  for (const ranks of [1, 3]) cpSync(straight, join(folder, `to-${ranks}`), { recursive: true });
  await trainOn(2, straight, 6, classifier);
  for (const ranks of [1, 3]) {
    const out = join(folder, `to-${ranks}`);
    await trainOn(ranks, out, 6, classifier);
    expect(await difference(straight, out)).toBeLessThan(1e-5);
  }
}, 120_000);
