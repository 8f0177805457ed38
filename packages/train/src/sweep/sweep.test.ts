import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawTinyFaces, tinyExperiment } from '../loop/testing/tiny-faces.js';
import { runSweep } from './run-sweep.js';
import { readSweep } from './sweep-file.js';
import type { TrialResult } from './sweep-report.js';
import { listTrials } from './trials.js';

let folder = '';
beforeAll(async () => {
  folder = await drawTinyFaces();
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify(tinyExperiment(folder)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function sweepOf(content: object) {
  const file = join(folder, 'sweep.json');
  writeFileSync(file, JSON.stringify({ experiment: 'tiny.json', rounds: [{ steps: 10 }], ...content }));
  return readSweep(file);
}

test('a grid combines all values; random draws stay in their ranges and repeat', async () => {
  const grid = await sweepOf({
    search: 'grid',
    parameters: { 'optimizer.lr': [0.01, 0.1], 'loss.margin': [0.1, 0.2, 0.3] },
  });
  expect(listTrials(grid)).toHaveLength(6);
  const random = await sweepOf({
    search: 'random',
    trials: 200,
    parameters: {
      'optimizer.lr': { from: 0.01, to: 0.5, scale: 'log' },
      batchSize: { from: 4, to: 6, scale: 'integer' },
      'loss.margin': [0.1, 0.3],
    },
  });
  const trials = listTrials(random);
  const rates = trials.map(trial => Number(trial['optimizer.lr']));
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.01);
  expect(Math.max(...rates)).toBeLessThanOrEqual(0.5);
  // The middle of a log scale is the geometric mean, 0.07.
  expect(rates.filter(rate => rate < 0.0707).length).toBeGreaterThan(70);
  expect(new Set(trials.map(trial => trial['batchSize']))).toEqual(new Set([4, 5, 6]));
  expect(listTrials(random)).toEqual(trials);
});

test('the best half goes on; table, plots and data tell the same', async () => {
  const sweep = { search: 'grid', parameters: { 'optimizer.lr': [1e-7, 0.05, 0.1, 0.2] } };
  await sweepOf({ ...sweep, rounds: [{ steps: 10, keep: 0.5 }, { steps: 20 }] });
  const out = join(folder, 'sweep');
  const results = await runSweep(join(folder, 'sweep.json'), { out });
  expect(results.map(({ rounds }) => rounds)).toEqual([2, 2, 1, 1]);
  expect(results[0]!.values['optimizer.lr']).not.toBe(1e-7);
  const saved = JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8'));
  expect(saved.trials).toEqual(results);
  expect(readFileSync(join(out, 'report.html'), 'utf8').match(/<circle/g)).toHaveLength(4);
  expect(existsSync(join(out, 'round-2', 'trial-001'))).toBe(false);
});

test('interrupted, a sweep goes on where it was, and ends as one that was not', async () => {
  await sweepOf({ search: 'grid', parameters: { 'optimizer.lr': [0.02, 0.1] } });
  const file = join(folder, 'sweep.json');
  const expected = await runSweep(file, { out: join(folder, 'at-once') });
  const out = join(folder, 'in-parts');
  const controller = new AbortController();
  let steps = 0;
  const ended = await runSweep(file, {
    ...{ out, signal: controller.signal },
    onProgress: () => ++steps === 14 && controller.abort(),
  });
  expect(ended.map(({ number }) => number)).toEqual([1]);
  expect(steps).toBeLessThan(17);
  await expect(runSweep(file, { out })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  // The last line's loss is a mean of fewer steps after an interruption.
  const figures = (results: readonly TrialResult[]) => results.map(({ loss: _, ...rest }) => rest);
  expect(figures(await runSweep(file, { out, resume: true }))).toEqual(figures(expected));
});

test('accuracies are not compared where there are none', async () => {
  await sweepOf({ search: 'grid', parameters: { 'optimizer.lr': [0.1] } });
  const settings = ['evaluate.sets=[]'];
  const work = runSweep(join(folder, 'sweep.json'), { out: join(folder, 'blind'), settings });
  await expect(work).rejects.toThrow(/evaluate\.sets/);
});

test('a value that the experiment refuses ends the sweep before anything is trained', async () => {
  await sweepOf({ search: 'grid', parameters: { 'optimizer.lr': [0.1, 99] } });
  const out = join(folder, 'refused');
  await expect(runSweep(join(folder, 'sweep.json'), { out })).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
    message: expect.stringContaining('optimizer.lr'),
  });
  expect(existsSync(out)).toBe(false);
  await expect(sweepOf({ search: 'grid', parameters: {}, rounds: [{}] })).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
  });
});
