// The commands' contract on a tiny set of drawn faces.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { writeDrawnFaces } from '../testing/drawn-faces.js';
import { addExport } from './export.js';
import { addModels } from './models.js';
import { addSummary } from './summary.js';
import { addTrain } from './train.js';

const folder = mkdtempSync(join(tmpdir(), 'insightface-train-'));
const path = (name: string) => join(folder, name);
let output: string[] = [];

beforeAll(() => writeDrawnFaces(folder));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  output = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => output.push(text));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

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
  await insightface('train', run, '--resume', '--set', 'schedule.steps=6', '--json');
  expect(JSON.parse(output[1]!)).toMatchObject({ run, reason: 'finished', step: 6 });
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

test.each([
  ['mbf_paper', 1_003_136, 221],
  ['mbf', 2_059_520, 438],
  ['mbf_large', 6_314_880, 1816],
  ['r18', 24_025_600, 2610],
  ['vit_t', 19_137_792, 1505],
])('summary tells what %s costs', async (name, parameters, millions) => {
  await insightface('summary', name, '--json');
  const { macs, ...counted } = JSON.parse(output[0]!);
  expect(counted).toMatchObject({ parameters });
  expect(macs / 1e6).toBeCloseTo(millions, -0.5);
});

test('wrong calls are refused by code', async () => {
  await expect(insightface('train', 'a.json', '--sweep', 'b.json')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(insightface('train')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(insightface('train', path('experiment.json'), '--set', 'batchSize=0')).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
  });
  vi.stubEnv('RANK', '0');
  await expect(insightface('train', path('experiment.json'), '--nproc', '2')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('RANK=0'),
  });
  vi.unstubAllEnvs();
  await expect(insightface('summary', 'r51')).rejects.toMatchObject({ code: 'EXPERIMENT_INVALID' });
  await expect(insightface('export', folder, '--out', path('x.onnx'))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});
