// Which rank holds which classes, as in InsightFace's PartialFC: consecutive, as even as can be, the first ranks one more.
import { noGrad, ops, type Tensor, tidy } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';

/** Consecutive classes. */
export interface ClassRange {
  readonly start: number;
  readonly count: number;
}

/**
 * The classes of a rank.
 * @throws InsightFaceError `INVALID_ARGUMENT` when there are fewer classes than ranks.
 */
export function classRange(classes: number, rank: number, worldSize: number): ClassRange {
  if (classes < worldSize)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${classes} classes cannot be shared by ${worldSize} processes: use at most ${classes}.`,
    );
  const each = Math.floor(classes / worldSize);
  const more = classes % worldSize;
  return { start: each * rank + Math.min(rank, more), count: each + (rank < more ? 1 : 0) };
}

/**
 * Shares class rows out anew, to go on with another number of processes: of the class centres, and of their momentum alike.
 *
 * @param shards `[rows, ...]`, one per rank of the old run, in their order.
 * @param centresPerClass rows of one class; they stay together.
 * @returns the rows of `rank` in a run of `worldSize` processes.
 */
export function reshard(
  shards: readonly Tensor[],
  rank: number,
  worldSize: number,
  centresPerClass = 1,
): Tensor {
  const rows = shards.reduce((total, shard) => total + shard.shape[0]!, 0);
  const { start, count } = classRange(rows / centresPerClass, rank, worldSize);
  const first = start * centresPerClass;
  const last = first + count * centresPerClass;
  return noGrad(() =>
    tidy(() => {
      let offset = 0;
      const parts = shards.flatMap(shard => {
        const from = Math.max(first - offset, 0);
        const to = Math.min(last - offset, shard.shape[0]!);
        offset += shard.shape[0]!;
        return from < to ? [ops.narrow(shard, 0, from, to - from)] : [];
      });
      return ops.cat(parts, 0);
    }),
  );
}
