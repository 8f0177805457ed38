// The training loop on one, two and three ranks, and checkpoints of two that go on with one and with three.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runScenario } from '../../../torch/src/distributed/testing/start-ranks.js';
import { readMetrics } from './metrics.js';
import { runPaths } from './run-folder.js';
import { differences, learned } from './testing/compare-runs.js';
import { drawTinyFaces, tinyExperiment } from './testing/tiny-faces.js';
import type { Held, Job } from './testing/train-ranks.js';
import { train } from './train.js';

const PROGRAM = fileURLToPath(new URL('./testing/train-ranks.ts', import.meta.url));
const STEPS = 2;

const [full, partialFc] = [{ name: 'full' }, { name: 'partialFc' }];
// Their running statistics must be those of the joined batch.
const adaFace = { name: 'adaface', scale: 16, momentum: 0.99 };
const curricularFace = { name: 'curricularface', scale: 16, momentum: 0.5 };
const cases: Record<string, object> = {
  'full classifier': { classifier: full },
  'full classifier, AdaFace': { classifier: full, loss: adaFace },
  'full classifier, CurricularFace': { classifier: full, loss: curricularFace },
  'PartialFC at rate 1': { classifier: partialFc },
  'PartialFC at rate 1, AdaFace': { classifier: partialFc, loss: adaFace },
  'PartialFC at rate 1, CurricularFace': { classifier: partialFc, loss: curricularFace },
};
/** Parts of a checkpoint that are shared out anew, or are not. */
const kept: Record<string, object> = {
  'full classifier, AdamW': { classifier: full, optimizer: { name: 'adamw' }, loss: adaFace },
  'PartialFC, AdamW, two centres a class': {
    classifier: { name: 'partialFc', sampleRate: 0.5 },
    optimizer: { name: 'adamw' },
    loss: { name: 'subcenter-arcface', scale: 16, centresPerClass: 2 },
  },
};

let folder = '';
const pathOf = (name: string, run: string) => join(folder, `${name}, ${run}`);
const held = new Map<string, Held[]>();

// Few starts of ranks, as each takes seconds: they do one job after another.
beforeAll(async () => {
  folder = await drawTinyFaces(7);
  const names = [...Object.keys(cases), ...Object.keys(kept)];
  const begin = (ranks: number) => names.map(name => job(name, ranks, `${ranks}`, STEPS));
  const goOn = (ranks: number) =>
    names.map(name => job(name, ranks, `2 to ${ranks}`, name in kept ? STEPS : 2 * STEPS));
  await runRanks(2, begin(2));
  for (const name of names)
    for (const run of ['2 to 1', '2 to 3']) cpSync(pathOf(name, '2'), pathOf(name, run), { recursive: true });
  await runRanks(3, [...begin(3), ...goOn(3)]);
  for (const { experiment, out } of [...begin(1), ...goOn(1)]) await train(experiment, { out, resume: true });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A joined batch of 12 on any number of ranks; without chance, so that all come to the same. */
function job(name: string, ranks: number, run: string, steps: number): Job {
  const experiment = tinyExperiment(folder, {
    backbone: { name: 'iresnet', blocks: [1, 1, 1, 1], channels: [4, 8, 8, 8], embeddingSize: 16 },
    // An image's place in the epoch decides what augmentation does, whichever rank takes it.
    augmentation: [{ kind: 'flip' }],
    optimizer: { name: 'sgd', lr: 0.002 },
    ...cases[name],
    ...kept[name],
    ...{ schedule: { steps }, batchSize: 12 / ranks, checkpoint: { everySteps: steps } },
    logEverySteps: 1,
    distributed: { syncBatchNorm: true },
    evaluate: name in kept ? {} : { sets: [{ name: 'drawn', pairs: 'pairs.csv', images: 'faces' }] },
  });
  return { experiment, out: pathOf(name, run) };
}

async function runRanks(ranks: number, jobs: readonly Job[]): Promise<void> {
  const file = join(folder, 'jobs.json');
  writeFileSync(file, JSON.stringify(jobs));
  const results = await runScenario<Held[]>(file, ranks, PROGRAM);
  for (const [index, { out }] of jobs.entries())
    held.set(
      out,
      results.map(its => its[index]!),
    );
}

test('with another joined batch a run goes on at the same share of the epoch, and ends with the same epochs', async () => {
  const out = join(folder, 'epochs');
  const experiment = tinyExperiment(folder, { schedule: { epochs: 2 }, batchSize: 12, evaluate: {} });
  const controller = new AbortController();
  const stopped = await train(experiment, {
    ...{ out, signal: controller.signal },
    onProgress: ({ step, steps }) => {
      expect(steps).toBe(6);
      if (step === 3) controller.abort();
    },
  });
  expect(stopped).toMatchObject({ reason: 'interrupted', step: 4 });
  // Of 42 images: 3 steps an epoch before, 7 now. A third of the second epoch is done.
  const epochs: number[] = [];
  const half = { ...experiment, batchSize: 6 };
  const end = await train(half, { out, resume: true, onProgress: ({ epoch }) => epochs.push(epoch) });
  expect(end).toMatchObject({ reason: 'finished', step: 9 });
  expect(epochs).toEqual([3, 4, 5, 6, 7].map(step => expect.closeTo(1 + step / 7, 9)));
});

function lossesOf(run: string): number[] {
  const lines = readMetrics(runPaths(run).metrics).filter(line => !line.eval);
  expect(lines).toHaveLength(STEPS);
  return lines.map(({ loss }) => loss);
}

/** What float32 leaves of equality, sums being in another order. */
async function expectSame(actual: string, expected: string): Promise<void> {
  const { weights, momentum } = await differences(actual, expected);
  expect(weights).toBeLessThan(1e-6);
  expect(momentum).toBeLessThan(1e-5);
}

test.each(Object.keys(cases))(
  '%s: 2 and 3 ranks hold the same weights, those of one process with the joined batch and all classes',
  async name => {
    const plain = name.replace('PartialFC at rate 1', 'full classifier');
    for (const ranks of [2, 3]) {
      const all = held.get(pathOf(name, `${ranks}`))!;
      expect(all.map(({ step }) => step)).toEqual(Array(ranks).fill(STEPS));
      expect(new Set(all.map(({ network }) => network)).size).toBe(1);
      // With PartialFC each rank has other centres.
      expect(new Set(all.map(({ centres }) => centres)).size).toBe(name.startsWith('full') ? 1 : ranks);
      await expectSame(pathOf(name, `${ranks}`), pathOf(plain, '1'));
      const [losses, expected] = [pathOf(name, `${ranks}`), pathOf(plain, '1')].map(lossesOf);
      for (const [step, loss] of losses!.entries())
        expect(Math.abs(loss / expected![step]! - 1)).toBeLessThan(1e-6);
    }
  },
);

test.each(Object.keys(cases))('%s: a checkpoint of 2 ranks goes on with 1 and with 3 alike', async name => {
  await expectSame(pathOf(name, '2 to 3'), pathOf(name, '2 to 1'));
});

test.each(Object.keys(kept))('%s: sharing out anew changes no bit', async name => {
  const before = await learned(pathOf(name, '2'));
  for (const run of ['2 to 1', '2 to 3']) expect(await learned(pathOf(name, run))).toEqual(before);
});
