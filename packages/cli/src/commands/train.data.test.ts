// From photos to a network that is used: the same figures by PyTorch's engine and, exported, through ONNX Runtime.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sharedPath } from '../../../train/src/testing/shared-data.js';
import { addAnalyze } from './analyze.js';
import { addEval } from './eval.js';
import { addModels } from './models.js';
import { addTrain } from './train.js';
import { addVerify } from './verify.js';

const folder = mkdtempSync(join(tmpdir(), 'insightface-train-data-'));
const path = (name: string) => join(folder, name);
const lfw = sharedPath('data/lfw');
const output: string[] = [];

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => output.push(text));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  const experiment = {
    name: 'tiny',
    data: { train: sharedPath('data/celebrities-112'), size: 64, workers: 0 },
    backbone: { name: 'iresnet', blocks: [1, 1, 1, 1], channels: [8, 16, 32, 64], embeddingSize: 64 },
    loss: { name: 'cosface', scale: 24, margin: 0.2 },
    schedule: { steps: 40, warmup: 0.1 },
    ...{ batchSize: 32, threads: 1 },
  };
  writeFileSync(path('experiment.json'), JSON.stringify(experiment));
  await insightface('train', path('experiment.json'), '--out', path('run'));
}, 120_000);
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** Some pairs of each kind from a list of LFW's View 1. */
function writePairs(list: string, each: number): string {
  const lines = readFileSync(join(lfw, `${list}.txt`), 'utf8')
    .split('\n')
    .slice(1);
  const image = (person = '', number = '') => `${person}/${person}_${number.padStart(4, '0')}.jpg`;
  const rows = lines.map(line => line.trim().split('\t'));
  const same = rows.filter(({ length }) => length === 3).slice(0, each);
  const other = rows.filter(({ length }) => length === 4).slice(0, each);
  const file = path(`${list}.csv`);
  const pairs = [
    ...same.map(([person, a, b]) => `${image(person, a)},${image(person, b)},1`),
    ...other.map(([first, a, second, b]) => `${image(first, a)},${image(second, b)},0`),
  ];
  writeFileSync(file, pairs.join('\n'));
  return file;
}

/** What the command printed last. */
async function insightface(...args: string[]): Promise<string> {
  const program = new Command().exitOverride();
  for (const add of [addTrain, addModels, addEval, addVerify, addAnalyze]) add(program);
  await program.parseAsync(args, { from: 'user' });
  return output.at(-1)!;
}

test('exported and through ONNX Runtime, LFW comes out the same to 0.02 points; thresholds are those of the pack', async () => {
  const calibration = ['--pairs', writePairs('pairsDevTrain', 30), '--images', lfw];
  await insightface('models', 'pack', path('run'), '--name', 'tiny', '--out', path('pack'), ...calibration);
  const lists = ['--pairs', writePairs('pairsDevTest', 50), '--images', lfw, '--flip', '--json'];
  const [live, exported] = [
    JSON.parse(await insightface('eval', 'verification', '--run', path('run'), ...lists)),
    JSON.parse(await insightface('eval', 'verification', '--pack', path('pack'), ...lists)),
  ];
  expect(live.pairs).toBe(100);
  // Better than chance, or equal figures would mean nothing.
  expect(live.auc).toBeGreaterThan(0.55);
  expect(Math.abs(live.accuracy.mean - exported.accuracy.mean)).toBeLessThanOrEqual(2e-4);
  expect(Math.abs(live.auc - exported.auc)).toBeLessThanOrEqual(2e-4);

  const manifest = JSON.parse(await insightface('models', 'info', path('pack'), '--json'));
  const { thresholds, calibration: fitted } = manifest.models.at(-1);
  expect(fitted.slope).toBeGreaterThan(0);
  const [a, b] = ['Abdullah_Gul_0013', 'Abdullah_Gul_0014'].map(name =>
    join(lfw, `Abdullah_Gul/${name}.jpg`),
  );
  const [far, cosine] = Object.entries(thresholds)[0]!;
  const answer = JSON.parse(
    await insightface('verify', a!, b!, '--pack', path('pack'), '--far', far, '--json'),
  );
  expect(answer).toMatchObject({ threshold: cosine, match: answer.similarity >= (cosine as number) });
  const { faces } = JSON.parse(
    await insightface('analyze', a!, '--pack', path('pack'), '--json', '--embedding'),
  );
  expect(faces[0].embedding).toHaveLength(64);
});
