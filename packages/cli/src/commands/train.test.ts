// The commands' contract on a tiny set of drawn faces.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { createImage, encodePng } from 'insightface-ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addExport } from './export.js';
import { addModels } from './models.js';
import { addSummary } from './summary.js';
import { addTrain } from './train.js';

const folder = mkdtempSync(join(tmpdir(), 'insightface-train-'));
const path = (name: string) => join(folder, name);
let output: string[] = [];

beforeAll(async () => {
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
  };
  writeFileSync(path('experiment.json'), JSON.stringify(experiment));
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  output = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => output.push(text));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
});
afterEach(() => vi.restoreAllMocks());

async function insightface(...args: string[]): Promise<void> {
  const program = new Command().exitOverride();
  for (const add of [addTrain, addExport, addSummary, addModels]) add(program);
  await program.parseAsync(args, { from: 'user' });
}

test('train, resume, export and pack: the files and lines that the contract names', async () => {
  const run = path('run');
  await insightface('train', path('experiment.json'), '--out', run, '--set', 'optimizer.lr=0.05', '--json');
  expect(JSON.parse(output[0]!)).toMatchObject({ run, reason: 'finished', step: 4 });
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({
      step: expect.any(Number),
      epoch: expect.any(Number),
      loss: expect.any(Number),
      lr: expect.any(Number),
      imagesPerSecond: expect.any(Number),
    });
  expect(JSON.parse(lines.at(-1)!).eval).toEqual({
    name: 'drawn',
    accuracy: expect.any(Number),
    std: expect.any(Number),
    auc: expect.any(Number),
  });
  expect(JSON.parse(readFileSync(join(run, 'experiment.json'), 'utf8'))).toMatchObject({
    seed: 2048,
    optimizer: { name: 'sgd', lr: 0.05, momentum: 0.9 },
    versions: { libtorch: expect.any(String) },
  });
  await insightface('train', run, '--resume', '--out', run, '--set', 'schedule.steps=6', '--json');
  expect(JSON.parse(output[1]!)).toMatchObject({ reason: 'finished', step: 6 });
  await insightface('export', run, '--out', path('tiny.onnx'));
  expect(output[2]).toContain('[N, 3, 32, 32] to [N, 8]');
  await insightface('models', 'pack', run, '--name', 'tiny', '--out', path('pack'), '--json');
  const manifest = JSON.parse(readFileSync(path('pack/manifest.json'), 'utf8'));
  expect(JSON.parse(output[3]!)).toEqual(manifest);
  expect(manifest.models.at(-1)).toMatchObject({
    task: 'recognition',
    dimension: 8,
    input: { size: [32, 32] },
  });
});

test('summary tells what the papers tell', async () => {
  await insightface('summary', 'mbf', '--json');
  expect(JSON.parse(output[0]!)).toMatchObject({ parameters: 2_059_520, macs: expect.any(Number) });
});

test('wrong calls are refused by code', async () => {
  await expect(insightface('train')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(insightface('train', path('experiment.json'), '--set', 'batchSize=0')).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
  });
  await expect(insightface('summary', 'r51')).rejects.toMatchObject({ code: 'EXPERIMENT_INVALID' });
  await expect(insightface('export', folder, '--out', path('x.onnx'))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});
