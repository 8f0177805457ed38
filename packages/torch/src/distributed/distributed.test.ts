import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { setThreads } from '../engine.js';
import { SingleProcess } from './single-process.js';
import { runScenario } from './testing/start-ranks.js';
import { type TrainingOptions, trainTiny } from './testing/tiny-training.js';

type State = Record<string, number[]>;

interface Everything extends Record<string, unknown> {
  readonly collectives: unknown;
}

// More threads than cores would only wait for each other.
beforeAll(() => setThreads(1));

describe.each([2, 3])('%i ranks', nproc => {
  let ranks: Everything[];
  beforeAll(async () => {
    ranks = await runScenario<Everything>('everything', nproc);
  }, 60_000);

  test('collectives do what they say', () => {
    const all = Array.from({ length: nproc }, (_, rank) => rank);
    const sum = all.reduce((total, rank) => total + rank, 0);
    for (const [rank, { collectives }] of ranks.entries())
      expect(collectives).toEqual({
        sum: [sum, nproc, 2 * nproc, 3 * nproc],
        largest: [nproc - 1, 0],
        smallest: [0.5],
        first: [1],
        second: [10, 5],
        gathered: all.flatMap(row => [row, 10 * row]),
        // What all ranks' losses, weighed by 1, 2, ..., make of this rank's row.
        gradient: [sum + nproc, sum + nproc],
        empty: [0, 3],
        place: [rank, nproc, rank, 'gloo'],
      });
  });

  test.each<[string, TrainingOptions]>([
    ['plain', { batchNorm: false }],
    ['smallBuckets', { batchNorm: false }],
    ['accumulated', { batchNorm: false }],
    ['batchNorm', { batchNorm: true }],
  ])(
    '%s training is bit-equal on every rank, and equal to one process with the joined batch',
    (name, options) => {
      const states = ranks.map(results => results[name] as State);
      expect(new Set(states.map(digest)).size).toBe(1);
      const difference = largestDifference(states[0]!, trainTiny(new SingleProcess(), options));
      expect(difference).toBeLessThan(1e-6);
    },
  );
});

test('a single process needs no engine to be alone', () => {
  const group = new SingleProcess();
  group.barrier();
  group.close();
  expect([group.rank, group.worldSize, group.backend]).toEqual([0, 1, 'none']);
});

function digest(state: State): string {
  return createHash('sha256').update(JSON.stringify(state)).digest('hex');
}

function largestDifference(a: State, b: State): number {
  expect(Object.keys(a)).toEqual(Object.keys(b));
  return Math.max(
    ...Object.entries(a).flatMap(([name, values]) =>
      values.map((value, index) => Math.abs(value - b[name]![index]!)),
    ),
  );
}
