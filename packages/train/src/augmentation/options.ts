// Pieces of the steps' schemas.
import * as v from 'valibot';

/** How often a step is done to an image. */
export const probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** A share of what there is, above 0. */
export const fraction = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));

/** Lowest and highest value of a random draw, each within the limits. */
export function range(lowest: number, highest: number) {
  const limit = v.pipe(v.number(), v.minValue(lowest), v.maxValue(highest));
  return v.pipe(
    v.tuple([limit, limit]),
    v.check(([low, high]) => low <= high, 'the lower value comes first'),
  );
}
