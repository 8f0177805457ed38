// Confidence intervals by resampling: B. Efron, "Bootstrap methods: another look at the jackknife" (1979); percentiles, 95 %.
import type { Estimate } from 'insightface-ts';
import { mulberry32 } from './random.js';

/**
 * The figure with its 95 % interval. Each group is drawn from by itself, as often as it has members, so that the share of
 * same and of different pairs stays what the protocol fixes. For a paired difference the statistic computes it on the
 * pairs drawn, which keeps what both sides have in common.
 * @param groups indices of the cases.
 * @param statistic of the cases with these indices; some come several times.
 */
export function bootstrapInterval(
  groups: readonly (readonly number[])[],
  statistic: (indices: readonly number[]) => number,
  { resamples = 2000, seed = 1 } = {},
): Estimate {
  const random = mulberry32(seed);
  const drawn = Array.from({ length: resamples }, () =>
    statistic(groups.flatMap(group => group.map(() => group[Math.floor(random() * group.length)]!))),
  ).sort((a, b) => a - b);
  const at = (share: number) => drawn[Math.round(share * (resamples - 1))]!;
  return { value: statistic(groups.flat()), low: at(0.025), high: at(0.975) };
}
