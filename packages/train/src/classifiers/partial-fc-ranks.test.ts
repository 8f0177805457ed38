// PartialFC over real processes against the plain classifier in one.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { distributed, setThreads } from '@insightface-ts/torch';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Learned, trainSharded } from '../testing/train-sharded.js';

const program = fileURLToPath(new URL('../testing/train-sharded.ts', import.meta.url));
const runSource = fileURLToPath(
  new URL('../../../torch/src/distributed/testing/run-source.mjs', import.meta.url),
);

async function runRanks(nproc: number): Promise<Learned[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'partial-fc-'));
  const output = new PassThrough().resume();
  try {
    await distributed.launch({
      ...{ script: runSource, nproc, args: [program, folder], execArgv: [] },
      ...{ stdout: output, stderr: output },
    });
    const texts = Array.from({ length: nproc }, (_, rank) => readFile(join(folder, `${rank}.json`), 'utf8'));
    return (await Promise.all(texts)).map(text => JSON.parse(text));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.each([2, 3])('rate 1.0 over %i ranks', nproc => {
  let ranks: Learned[][];
  beforeAll(async () => {
    setThreads(1);
    ranks = await runRanks(nproc);
  }, 60_000);

  it.each([
    [0, 'arcface'],
    [1, 'cosface'],
  ] as const)('%i: %s trains as the plain loss in one process', (index, loss) => {
    const single = trainSharded('full', loss, new distributed.SingleProcess());
    const parts = ranks.map(losses => losses[index]!);
    for (const { losses, network } of parts) {
      expect(network).toEqual(parts[0]!.network);
      expect(losses).toEqual(parts[0]!.losses);
    }
    expect(relativeDifference(parts[0]!.network, single.network)).toBeLessThan(1e-6);
    // The ranks' shares one after another are all classes.
    expect(
      relativeDifference(
        parts.flatMap(({ centres }) => centres),
        single.centres,
      ),
    ).toBeLessThan(1e-6);
    expect(relativeDifference(parts[0]!.losses, single.losses)).toBeLessThan(1e-6);
  });
});

/** Of the largest number: centres begin so short (0.01) that the first step moves them far. */
function relativeDifference(actual: readonly number[], expected: readonly number[]): number {
  expect(actual).toHaveLength(expected.length);
  const differences = actual.map((value, index) => Math.abs(value - expected[index]!));
  return Math.max(...differences) / Math.max(...expected.map(Math.abs));
}
