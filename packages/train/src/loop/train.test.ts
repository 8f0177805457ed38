import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { files, info, memory } from '@insightface-ts/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backboneFile } from './checkpoint.js';
import { readMetrics } from './metrics.js';
import { listCheckpoints, newestCheckpoint, runPaths } from './run-folder.js';
import { drawTinyFaces, learnedDigest, tinyExperiment } from './testing/tiny-faces.js';
import { train } from './train.js';

let folder = '';
beforeAll(async () => {
  folder = await drawTinyFaces();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a run learns, and leaves metrics, checkpoints, events and a report', async () => {
  const out = join(folder, 'whole');
  const steps: number[] = [];
  const result = await train(tinyExperiment(folder, { schedule: { steps: 60 } }), {
    out,
    onProgress: ({ step }) => steps.push(step),
  });
  expect(result).toMatchObject({ reason: 'finished', step: 60 });
  expect(steps).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  const lines = readMetrics(runPaths(out).metrics);
  expect(lines.at(-1)!.loss).toBeLessThan(lines[0]!.loss * 0.7);
  expect(lines.filter(line => line.eval).map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
  expect(lines.at(-1)!.eval!.accuracy).toBeGreaterThan(0.8);
  const resolved = JSON.parse(readFileSync(runPaths(out).experiment, 'utf8'));
  expect(resolved).toMatchObject({ seed: 2048, clipNorm: 5, dataset: { people: 6, images: 36 } });
  expect(
    listCheckpoints(out)
      .filter(({ kind }) => kind === 'step')
      .map(({ step }) => step),
  ).toEqual([50, 60]);
  expect(listCheckpoints(out).filter(({ kind }) => kind === 'best')).toHaveLength(1);
  expect(existsSync(runPaths(out).events)).toBe(true);
  expect(readFileSync(runPaths(out).report, 'utf8')).toContain('<svg');
});

test('a run that was interrupted at any step and resumed ends with the very weights of one that was not', async () => {
  const experiment = tinyExperiment(folder);
  await train(experiment, { out: join(folder, 'straight') });
  const expected = learnedDigest(join(folder, 'straight'));
  // Steps at which the run is stopped by hand: in the middle of an epoch, of a warm-up, and at a checkpoint.
  for (const stops of [[1], [7, 20], [29]]) {
    const out = join(folder, `stopped-${stops.join('-')}`);
    for (const stop of stops) {
      const controller = new AbortController();
      const result = await train(experiment, {
        ...{ out, resume: true, signal: controller.signal },
        onProgress: ({ step }) => step === stop - 1 && controller.abort(),
      });
      if (stop > 1) expect(result).toMatchObject({ reason: 'interrupted', step: stop });
    }
    await train(experiment, { out, resume: true });
    expect(learnedDigest(out), `stopped at ${stops}`).toBe(expected);
    const lines = readMetrics(runPaths(out).metrics);
    expect(new Set(lines.map(line => `${line.step} ${line.eval?.name}`)).size).toBe(lines.length);
  }
});

test('a run that was killed between checkpoints goes on from the last one to the very same weights', async () => {
  const experiment = tinyExperiment(folder, { schedule: { steps: 25, warmup: 0.1 } });
  await train(experiment, { out: join(folder, 'unharmed') });
  const out = join(folder, 'killed');
  const killed = train(experiment, {
    out,
    // What is thrown here ends the run as a crash does: nothing is saved.
    onProgress: ({ step }) => {
      if (step === 17) throw new Error('killed');
    },
  });
  await expect(killed).rejects.toThrow('killed');
  expect(newestCheckpoint(out)?.step).toBe(10);
  // A checkpoint that was being written when the power went.
  mkdirSync(join(runPaths(out).checkpoints, '.writing-step-000000017'));
  await train(experiment, { out, resume: true });
  expect(learnedDigest(out)).toBe(learnedDigest(join(folder, 'unharmed')));
  expect(readdirSync(runPaths(out).checkpoints).filter(name => name.startsWith('.'))).toEqual([]);
});

test('AdamW, PartialFC, accumulation and balanced batches resume bit for bit as well', async () => {
  const experiment = tinyExperiment(folder, {
    classifier: { name: 'partialFc', sampleRate: 0.5 },
    optimizer: { name: 'adamw', lr: 0.01 },
    loss: { name: 'curricularface', scale: 16, margin: 0.2 },
    data: { train: 'faces', size: 32, workers: 0, sampler: { kind: 'balanced', imagesPerPerson: 2 } },
    gradientAccumulation: 2,
    schedule: { steps: 12 },
    batchSize: 6,
  });
  await train(experiment, { out: join(folder, 'partial') });
  const out = join(folder, 'partial-stopped');
  const controller = new AbortController();
  await train(experiment, {
    ...{ out, signal: controller.signal },
    onProgress: ({ step }) => step === 4 && controller.abort(),
  });
  await train(experiment, { out, resume: true });
  expect(learnedDigest(out)).toBe(learnedDigest(join(folder, 'partial')));
});

test('the number of live tensors does not grow with the steps', async () => {
  const counts: number[] = [];
  await train(
    tinyExperiment(folder, { schedule: { steps: 40 }, evaluate: {}, checkpoint: { everySteps: 1000 } }),
    {
      out: join(folder, 'memory'),
      onProgress: () => counts.push(memory().live),
    },
  );
  expect(new Set(counts.slice(5)).size).toBe(1);
});

test('a loss that is not finite ends the run with advice, and the last checkpoint is whole', async () => {
  const out = join(folder, 'diverged');
  const experiment = tinyExperiment(folder, {
    optimizer: { name: 'sgd', lr: 10, weightDecay: 1 },
    clipNorm: 0,
    schedule: { steps: 3000 },
    evaluate: {},
  });
  await expect(train(experiment, { out })).rejects.toMatchObject({
    code: 'TRAINING_FAILED',
    message: expect.stringMatching(/At step \d+ .*learning rate.*optimizer\.lr/s),
  });
  const checkpoint = newestCheckpoint(out);
  if (checkpoint) await files.readStateDict(join(checkpoint.folder, backboneFile));
});

test('a run that ended stays as it is when it is resumed, and tells its figures again', async () => {
  const out = join(folder, 'ended');
  const experiment = tinyExperiment(folder, { schedule: { steps: 7 } });
  const first = await train(experiment, { out });
  const before = readFileSync(runPaths(out).metrics, 'utf8');
  const checkpoints = listCheckpoints(out);
  expect(await train(experiment, { out, resume: true })).toEqual(first);
  expect(first.evaluations).toHaveLength(1);
  expect(readFileSync(runPaths(out).metrics, 'utf8')).toBe(before);
  expect(listCheckpoints(out)).toEqual(checkpoints);
});

test('what is set anew on the way counts: the learning rate; another optimizer is refused', async () => {
  const out = join(folder, 'changed');
  const start = { evaluate: {}, logEverySteps: 1 };
  await train(tinyExperiment(folder, { ...start, schedule: { steps: 3 } }), { out });
  const before = learnedDigest(out);
  const slow = { ...start, optimizer: { name: 'sgd', lr: 1e-8 }, schedule: { steps: 5 } };
  await train(tinyExperiment(folder, slow), { out, resume: true });
  expect(readMetrics(runPaths(out).metrics).at(-1)!.lr).toBeLessThan(1e-8);
  const [older, newer] = listCheckpoints(out).map(({ folder: checkpoint }) => checkpoint);
  expect(learnedDigest(out)).not.toBe(before);
  const weights = async (checkpoint = '') =>
    Array.from((await files.readStateDict(join(checkpoint, backboneFile))).get('fc.weight')!.data(), Number);
  const [then, now] = [await weights(older), await weights(newer)];
  expect(Math.max(...then.map((value, i) => Math.abs(value - now[i]!)))).toBeLessThan(1e-6);
  const other = { ...slow, optimizer: { name: 'adamw' }, schedule: { steps: 9 } };
  await expect(train(tinyExperiment(folder, other), { out, resume: true })).rejects.toMatchObject({
    code: 'CHECKPOINT_INVALID',
    message: expect.stringContaining('trained with sgd, not adamw'),
  });
});

test('a run too short for a line of metrics leaves one all the same, with the rate of its last step', async () => {
  const out = join(folder, 'short');
  const experiment = tinyExperiment(folder, { schedule: { steps: 4 }, evaluate: {}, logEverySteps: 100 });
  await train(experiment, { out });
  const lines = readMetrics(runPaths(out).metrics);
  expect(lines.map(({ step }) => step)).toEqual([4]);
  expect(lines[0]!.lr).toBeCloseTo(0.1 / 4);
});

test('early stop ends a run whose evaluations stand still', async () => {
  const experiment = tinyExperiment(folder, {
    optimizer: { name: 'sgd', lr: 1e-8 },
    earlyStop: { patience: 2 },
    schedule: { steps: 500 },
  });
  const result = await train(experiment, { out: join(folder, 'early') });
  expect(result.reason).toBe('stopped early');
  expect(result.step).toBeLessThan(200);
});

test('a run is never written over, and a wrong folder is refused before training', async () => {
  const experiment = tinyExperiment(folder, { schedule: { steps: 1 }, evaluate: {} });
  await train(experiment, { out: join(folder, 'twice') });
  await expect(train(experiment, { out: join(folder, 'twice') })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  const alone = await drawTinyFaces(1);
  await expect(train(tinyExperiment(alone), { out: join(folder, 'alone') })).rejects.toMatchObject({
    code: 'DATASET_INVALID',
  });
  rmSync(alone, { recursive: true });
  const cuda = tinyExperiment(folder, { device: 'cuda', evaluate: {} });
  if (!info().cuda)
    await expect(train(cuda, { out: join(folder, 'cuda') })).rejects.toMatchObject({
      code: 'EXPERIMENT_INVALID',
    });
  const lost = tinyExperiment(folder, { data: { train: 'nowhere' } });
  await expect(train(lost, { out: join(folder, 'lost') })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(existsSync(join(folder, 'lost'))).toBe(false);
});
