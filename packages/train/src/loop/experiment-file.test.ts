import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recipes } from '../recipes/index.js';
import { checkExperiment, readExperiment } from './experiment-file.js';

const folder = mkdtempSync(join(tmpdir(), 'experiment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const smallest = {
  name: 'first',
  data: { train: 'faces' },
  backbone: { name: 'mbf' },
  loss: { name: 'arcface' },
  schedule: { epochs: 20 },
};

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test('the smallest experiment gets every default, and paths from its own folder', async () => {
  const experiment = await readExperiment(write('small.json', JSON.stringify(smallest)));
  expect(experiment).toMatchObject({
    data: { train: join(folder, 'faces'), size: 112, workers: 2, sampler: { kind: 'shuffle' } },
    backbone: { name: 'mbf', inputSize: 112 },
    classifier: { name: 'full' },
    optimizer: { name: 'sgd', lr: 0.1, momentum: 0.9, weightDecay: 5e-4 },
    schedule: { epochs: 20, warmup: 0, power: 1 },
    loss: { name: 'arcface', scale: 64, margin: 0.5, gradient: 'straightThrough', guard: true },
    augmentation: [{ kind: 'flip', probability: 0.5 }],
    ...{ batchSize: 128, clipNorm: 5, seed: 2048 },
  });
});

test('TypeScript experiments read with their types gone', async () => {
  const file = write(
    'typed.ts',
    `const base: { name: string } = ${JSON.stringify(smallest)};\nexport default { ...base, batchSize: 64 satisfies number };`,
  );
  expect(await readExperiment(file)).toMatchObject({ name: 'first', batchSize: 64 });
});

test('--set changes values by their path, in lists too, and makes sections that are not there', async () => {
  const file = write('set.json', JSON.stringify({ ...smallest, augmentation: [{ kind: 'flip' }] }));
  const settings = [
    'optimizer.lr=0.25',
    'schedule.epochs=3',
    'augmentation.0.probability=0.1',
    'name=second',
  ];
  expect(
    await readExperiment(file, [...settings, 'finetune.train="lastLayer"', 'finetune.from=run']),
  ).toMatchObject({
    name: 'second',
    optimizer: { name: 'sgd', lr: 0.25 },
    schedule: { epochs: 3 },
    augmentation: [{ kind: 'flip', probability: 0.1 }],
    finetune: { from: join(folder, 'run'), train: 'lastLayer' },
  });
});

test.each([
  [{ batchSize: 0 }, /batchSize \(0\) must be a whole number from 2 to 65536/],
  [{ optimizer: { name: 'sgd', lr: 'fast' } }, /optimizer\.lr \("fast"\) must be a number from/],
  [{ optimizer: { name: 'sgdx' } }, /optimizer\.name \("sgdx"\) must have the name 'sgd' or 'adamw'/],
  [{ schedule: {} }, /schedule .*needs epochs, steps or minutes/],
  [{ batchsize: 64 }, /batchsize is not a known key/],
  [{ data: {} }, /data\.train is missing/],
  [{ data: { train: 'faces', size: 64, sizes: 3 } }, /data\.sizes is not a known key/],
  [{ backbone: 'mbf' }, /backbone \("mbf"\) must be \{ name/],
  [{ backbone: { name: 'iresnet' } }, /backbone\.blocks is missing/],
  [{ augmentation: [{ kind: 'flp' }] }, /augmentation\.0\.kind \("flp"\) must be one of flip, /],
  [{ backbone: { name: 'r51' } }, /backbone\.name is "r51": choose one of mbf/],
  [{ loss: { name: 'arcface', margin: 9 } }, /loss\.margin \(9\) must be a number from 0 to 3\.14/],
  [{ loss: { name: 'arcface', marginn: 0.5 } }, /loss\.marginn is not a known option/],
  [
    { evaluate: { sets: [{ name: 'lfw' }] } },
    /evaluate\.sets\.0 .*must be \{ name, pairs, images \} or \{ name, bin \}/,
  ],
])('a bad value is named with its path and what it may be: %j', (change, message) => {
  expect(() => checkExperiment({ ...smallest, ...change }, 'x.json', folder)).toThrow(
    expect.objectContaining({ code: 'EXPERIMENT_INVALID', message: expect.stringMatching(message) }),
  );
});

test('files that are absent, no JSON or of another kind are refused', async () => {
  await expect(readExperiment(join(folder, 'absent.json'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await expect(readExperiment('ms1mv3_r5')).rejects.toThrow(/neither a file, nor a run, nor a recipe/);
  await expect(readExperiment(write('broken.json', '{'))).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
  });
  await expect(readExperiment(write('broken.ts', 'export default {'))).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
  });
  await expect(readExperiment(write('x.yaml', ''))).rejects.toMatchObject({ code: 'EXPERIMENT_INVALID' });
  await expect(readExperiment(write('ok.json', JSON.stringify(smallest)), ['lr'])).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
  });
});

test('every recipe is a whole experiment, and a name reads like a file', async () => {
  expect(recipes.size).toBeGreaterThan(10);
  for (const [name, recipe] of recipes) {
    const experiment = await readExperiment(name, ['data.train=set']);
    expect(experiment.name).toBe(name);
    expect(recipe.notes).toBeTruthy();
  }
});
