// The promise of checkpoints: a process that dies at any step goes on to the very weights of one that did not.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUN_SOURCE } from '../../../torch/src/distributed/testing/start-ranks.js';
import { runPaths } from './run-folder.js';
import { drawTinyFaces, learnedDigest, tinyExperiment } from './testing/tiny-faces.js';
import type { Job } from './testing/train-and-die.js';
import { train } from './train.js';

const PROGRAM = fileURLToPath(new URL('./testing/train-and-die.ts', import.meta.url));
const STEPS = 26;

let folder = '';
beforeAll(async () => {
  folder = await drawTinyFaces();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('killed at a random step, a run goes on to the very same weights', async () => {
  const experiment = tinyExperiment(folder, {
    data: { train: 'faces', size: 32, workers: 1 },
    schedule: { steps: STEPS, warmup: 0.1 },
    checkpoint: { everySteps: 4, keep: 2 },
    earlyStop: { patience: 100 },
  });
  await train(experiment, { out: join(folder, 'whole') });
  const out = join(folder, 'killed');
  const step = 1 + Math.floor(Math.random() * (STEPS - 1));
  const job: Job = { experiment, out, step };
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
  const { signal, stderr } = spawnSync(process.execPath, [RUN_SOURCE, PROGRAM, join(folder, 'job.json')]);
  expect(signal, stderr.toString()).toBe('SIGKILL');
  await train(experiment, { out, resume: true });
  expect(learnedDigest(out), `killed at step ${step}`).toBe(learnedDigest(join(folder, 'whole')));
  expect(readdirSync(runPaths(out).checkpoints)).toEqual(
    readdirSync(runPaths(join(folder, 'whole')).checkpoints),
  );
});
