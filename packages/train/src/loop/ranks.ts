// What ranks must know of each other, beside gradients.
import { type distributed, tensor, tidy } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';

/** The numbers of every rank, in double precision, so that all can take the same decision. As many on each. */
export function onEveryRank(
  collective: distributed.Collective,
  values: readonly number[],
  device: string,
): number[][] {
  if (collective.worldSize === 1) return [[...values]];
  return tidy(() => {
    const own = tensor(Float64Array.from(values), [1, values.length], { device });
    const all = Array.from(collective.allGather(own).data(), Number);
    return Array.from({ length: collective.worldSize }, (_, rank) =>
      all.slice(rank * values.length, (rank + 1) * values.length),
    );
  });
}

/**
 * All ranks write to one folder and go on from one checkpoint: a folder of the same name on another disk will not do.
 * @param seen the step of the newest checkpoint, 0 without one; undefined where the folder is missing.
 * @throws InsightFaceError `INVALID_ARGUMENT` on all ranks.
 */
export function requireSharedFolder(
  collective: distributed.Collective,
  out: string,
  seen: number | undefined,
  device: string,
): void {
  const [[first] = [], ...others] = onEveryRank(collective, [seen ?? -1], device);
  const other = others.findIndex(([step]) => step !== first) + 1;
  if (other === 0) return;
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `Rank ${other} does not see the folder ${out} of rank 0. Put it on a disk that all machines share.`,
  );
}
