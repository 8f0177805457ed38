// Mixed precision in a step: bfloat16 on the CPU, and the loss scale of float16, which no CPU computes in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distributed, LossScaler, type Precision, setThreads } from '@insightface-ts/torch';
import { beforeAll, expect, test } from 'vitest';
import type { Batch } from '../data/loader/batch-loader.js';
import { seededRandom } from '../data/random.js';
import { buildLearner } from './build-learner.js';
import { type Learner, loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { noEvaluations } from './early-stop.js';
import { LossWatch } from './loss-watch.js';
import { newestCheckpoint } from './run-folder.js';
import { takeStep } from './take-step.js';
import { tinyExperiment, tinySize } from './testing/tiny-faces.js';

beforeAll(() => setThreads(1));

const classes = 4;
const alone = new distributed.SingleProcess();

/** Three images of each person, who is a colour. */
const batch: Batch = (() => {
  const labels = Int32Array.from({ length: 3 * classes }, (_, i) => i % classes);
  const random = seededRandom(1);
  const pixels = Uint8Array.from(
    { length: labels.length * tinySize ** 2 * 3 },
    (_, i) => 60 * ((labels[Math.floor(i / 3 / tinySize ** 2)]! + i) % 3) + 60 * random(),
  );
  return { pixels, labels, indices: Uint32Array.from(labels.keys()), epoch: 0, step: 0 };
})();

const bytesOf = ({ backbone, classifier }: Learner) =>
  [...backbone.parameters(), ...classifier.parameters()].map(parameter => parameter.bytes());

/** Builds what learns, the same each time, and takes steps. */
async function learn(count: number, precision: Precision, scaler?: LossScaler) {
  const learner = { ...(await buildLearner(tinyExperiment('.'), classes, alone)), scaler };
  const start = bytesOf(learner);
  const settings = { lr: 0.1, clipNorm: 5, device: 'cpu', precision };
  const watch = new LossWatch();
  const losses = Array.from({ length: count }, (_, step) =>
    takeStep(learner.backbone, learner, [batch], alone, watch, { ...settings, step }),
  );
  return { learner, losses, start, end: bytesOf(learner) };
}

test('bfloat16 learns as float32 does, and weights stay in float32', async () => {
  const { losses, learner } = await learn(30, 'bfloat16');
  const [expected] = (await learn(1, 'float32')).losses;
  expect(losses[0]).not.toBe(expected);
  expect(losses[0]).toBeCloseTo(expected!, 0);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  const parameters = [...learner.backbone.parameters(), ...learner.classifier.parameters()];
  expect(new Set(parameters.map(({ dtype }) => dtype))).toEqual(new Set(['float32']));
});

test('the loss scale leaves steps as they are, down to the last bit', async () => {
  const scaled = await learn(3, 'float32', new LossScaler(1024));
  const plain = await learn(3, 'float32');
  expect(scaled.losses).toEqual(plain.losses);
  expect(scaled.end).toEqual(plain.end);
});

test('a step whose gradients overflow is left out, and the scale halves', async () => {
  const scaler = new LossScaler(2 ** 127);
  const { start, end } = await learn(1, 'float32', scaler);
  expect(end).toEqual(start);
  expect(scaler.scale).toBe(2 ** 126);
});

test('the loss scale is in the checkpoint', async () => {
  const out = mkdtempSync(join(tmpdir(), 'loss-scale-'));
  const scaler = new LossScaler(2 ** 127);
  const { learner } = await learn(1, 'float32', scaler);
  const state = { step: 1, seconds: 1, position: { epoch: 0, step: 1 }, earlyStop: noEvaluations };
  const facts = { stepsPerEpoch: 5, classes, optimizer: 'sgd' };
  await saveCheckpoint(out, 'step', learner, state, facts, alone);
  scaler.restore({ scale: 8, goodSteps: 3 });
  await loadCheckpoint(newestCheckpoint(out)!.folder, learner, facts, alone);
  expect(scaler.state).toEqual({ scale: 2 ** 126, goodSteps: 0 });
  rmSync(out, { recursive: true });
});

test('gradients that are no numbers at any scale end the run', async () => {
  const run = learn(1, 'float32', new LossScaler(Number.NaN));
  await expect(run).rejects.toMatchObject({ code: 'TRAINING_FAILED' });
});

test('float16 on a CPU is refused', async () => {
  const experiment = tinyExperiment('.', { precision: 'float16' });
  await expect(buildLearner(experiment, classes, alone)).rejects.toMatchObject({
    code: 'EXPERIMENT_INVALID',
    message: expect.stringContaining('float32'),
  });
});
