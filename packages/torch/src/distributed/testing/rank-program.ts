// What the ranks of the tests run: `rank-program.ts SCENARIO [FOLDER]`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensor, zeros } from '../../factories.js';
import * as ops from '../../ops/index.js';
import type { Collective } from '../collective.js';
import { init } from '../init.js';
import { trainTiny } from './tiny-training.js';

const [scenario = '', folder = ''] = process.argv.slice(2);

const scenarios: Record<string, (group: Collective) => unknown> = {
  everything: group => ({
    collectives: collectives(group),
    plain: trainTiny(group, { batchNorm: false }),
    smallBuckets: trainTiny(group, { batchNorm: false, bucketBytes: 64 }),
    accumulated: trainTiny(group, { batchNorm: false, accumulate: 2 }),
    batchNorm: trainTiny(group, { batchNorm: true }),
  }),
  forever,
  busy: group => (group.rank === 0 ? sleepHard(60_000) : forever(group)),
  throws: group => {
    if (group.rank !== 1) forever(group);
    throw new RangeError('no more pictures');
  },
};

const patience = Number(process.env['PEER_TIMEOUT_MS'] ?? 15_000);
const meeting = process.env['MEET_MS'];
const group = await init({ peerTimeoutMs: patience, ...(meeting && { timeoutMs: Number(meeting) }) });
console.log('ready', process.pid);
const result = scenarios[scenario]?.(group);
if (folder) writeFileSync(join(folder, `${group.rank}.json`), JSON.stringify(result));

function collectives(group: Collective): Record<string, unknown> {
  const { rank, worldSize } = group;
  const data = (values: { data(): ArrayLike<number | bigint> }) => Array.from(values.data(), Number);
  const sum = tensor([
    [rank, 1],
    [2, 3],
  ]);
  // A transposed view: reduced in the order of its elements, not of memory.
  group.allReduce(ops.transpose(sum, 0, 1));
  const largest = tensor(BigInt64Array.of(BigInt(rank), BigInt(-rank)));
  group.allReduce(largest, 'max');
  const smallest = tensor(Float64Array.of(rank + 0.5));
  group.allReduce(smallest, 'min');
  const first = tensor([rank]);
  const second = tensor([10 * rank, 5]);
  group.broadcast([first, second], 1);
  const rows = tensor([[rank, 10 * rank]], undefined, { requiresGrad: true });
  const gathered = group.allGather(rows);
  // Each rank weighs the gathered rows in its own way.
  ops.sum(ops.mul(gathered, rank + 1)).backward();
  group.barrier();
  const gradient = rows.grad;
  const empty = group.allGather(zeros([0, 3])).shape;
  return {
    sum: data(sum),
    largest: data(largest),
    smallest: data(smallest),
    first: data(first),
    second: data(second),
    gathered: data(gathered),
    gradient: gradient && data(gradient),
    empty,
    place: [rank, worldSize, group.localRank, group.backend],
  };
}

function forever(group: Collective): void {
  for (let step = 0; ; step++) {
    group.allReduce(tensor([step]));
    sleepHard(5);
  }
}

/** Blocks the main thread, as a long computation does. */
function sleepHard(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
