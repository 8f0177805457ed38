// Several ranks in one thread: each runs until it needs what another has not said yet, then starts over with what is known.
// The code of a rank must do the same each time.
import { keep, ops, type Tensor } from '@insightface-ts/torch';
import type { ClassCollective } from '../classifiers/collective.js';

class Waiting extends Error {}

/** The results of `body` on each rank. */
export function onRanks<T>(worldSize: number, body: (collective: ClassCollective) => T): T[] {
  const said: Tensor[][] = Array.from({ length: worldSize }, () => []);
  for (let round = 0; round < 100; round++) {
    const results: T[] = [];
    for (let rank = 0; rank < worldSize; rank++) {
      try {
        results.push(body(replayed(rank, said)));
      } catch (error) {
        if (!(error instanceof Waiting)) throw error;
      }
    }
    if (results.length === worldSize) return results;
  }
  throw new Error('The ranks wait for each other.');
}

function replayed(rank: number, said: readonly Tensor[][]): ClassCollective {
  let calls = 0;
  const exchange = (tensor: Tensor): Tensor[] => {
    const call = calls++;
    const own = said[rank]!;
    if (own.length === call) own.push(keep(ops.clone(ops.detach(tensor))));
    const all = said.map(tensors => tensors[call]);
    if (all.some(tensor => tensor === undefined)) throw new Waiting();
    return all as Tensor[];
  };
  return {
    rank,
    worldSize: said.length,
    allReduce: (tensor, operation) => {
      const stacked = ops.stack(exchange(tensor));
      ops.copy_(tensor, operation === 'sum' ? ops.sumAlong(stacked, [0]) : ops.amax(stacked, [0]));
    },
    allGather: tensor => ops.cat(exchange(tensor)),
  };
}
