import { describe, expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { fakeSession, fakeSpec } from '../testing/fake-session.js';
import type { InputSpec } from '../zoo/manifest.js';
import { inputSize, largestOutput, modelSession, runBatches } from './run-batches.js';

const input: InputSpec = { color: 'rgb', mean: 0, std: 1, layout: 'nchw' };
/** Pictures of one level each: 0, 1, 2 ... */
const pictures = (count: number, side = 8) =>
  Array.from({ length: count }, (_, level) =>
    createImage(side, side, new Uint8Array(side * side * 3).fill(level)),
  );
const firstValue = (picture: Float32Array) => [picture[0] ?? -1, (picture[0] ?? -1) * 10];

describe('runBatches', () => {
  it.each([
    { batch: 'batch', runs: [[32], [32], [6]] },
    { batch: -1, runs: [[32], [32], [6]] },
    { batch: 1, runs: Array.from({ length: 70 }, () => [1]) },
    { batch: 30, runs: [[30], [30], [30]] },
  ])('answers 70 pictures in order with a batch of $batch', async ({ batch, runs }) => {
    const session = fakeSession([batch, 3, 8, 8], [batch, 2], firstValue);
    const answers = (await runBatches(session, pictures(70), input)).get('output') ?? [];
    expect(answers.map(values => [...values])).toEqual(Array.from({ length: 70 }, (_, i) => [i, i * 10]));
    expect(session.runs.map(([count]) => [count])).toEqual(runs);
  });

  it('takes fewer large pictures at once', async () => {
    const session = fakeSession(['n', 3, 'h', 'w'], ['n', 2], firstValue);
    await runBatches(session, pictures(5, 448), input);
    expect(session.runs.map(([count]) => count)).toEqual([1, 1, 1, 1, 1]);
  });

  it('runs nothing for no pictures, and stops when its signal fires', async () => {
    const session = fakeSession(['n', 3, 8, 8], ['n', 2], firstValue);
    expect((await runBatches(session, [], input)).get('output')).toEqual([]);
    await expect(runBatches(session, pictures(2), input, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(session.runs).toEqual([]);
  });

  it('refuses outputs that do not divide among the pictures', async () => {
    const session = fakeSession(['n', 3, 8, 8], ['n', 2], firstValue);
    const odd = { ...session, run: async () => ({ output: { data: new Float32Array(5), dims: [5] } }) };
    await expect(runBatches(odd, pictures(2), input)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

it('largestOutput refuses numbers that are not finite', () => {
  const answers = (value: number) =>
    new Map([
      ['output', [Float32Array.of(1, 2), Float32Array.of(3, value)]],
      ['small', [Float32Array.of(1)]],
    ]);
  expect(largestOutput(answers(4))).toHaveLength(2);
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(() => largestOutput(answers(value))).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
});

describe('inputSize', () => {
  it('takes the manifest, or else the graph, and refuses a contradiction', () => {
    const free = fakeSession(['n', 3, 'h', 'w'], ['n', 2], firstValue);
    const planar = fakeSession([1, 3, 96, 112], [1, 2], firstValue);
    const interleaved = fakeSession([1, 96, 112, 3], [1, 2], firstValue);
    const spec = (more: Partial<InputSpec>) => fakeSpec('landmark', 'any', { ...input, ...more });
    expect(inputSize(spec({ size: [64, 48] }), free)).toEqual([64, 48]);
    expect(inputSize(spec({}), planar)).toEqual([96, 112]);
    expect(inputSize(spec({ layout: 'nhwc' }), interleaved)).toEqual([96, 112]);
    expect(() => inputSize(spec({}), free)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    expect(() => inputSize(spec({ size: [112, 96] }), planar)).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });
});

it('modelSession says when the file with the role "model" is missing', () => {
  expect(() => modelSession(fakeSpec('recognition', 'arcface', input), new Map())).toThrow(
    expect.objectContaining({ code: 'MODEL_INVALID' }),
  );
});
