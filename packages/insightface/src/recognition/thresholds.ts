// From a false accept rate to the cosine threshold that was measured for it. Thresholds belong to one model.
import { InsightFaceError } from '../errors.js';

/**
 * The threshold at a false accept rate: exact at measured rates, linear in the logarithm of the rate between them.
 * @param thresholds - Cosine by rate, as a pack states them: `{ "1e-2": 0.25, "1e-3": 0.33 }`.
 * @param far - False accept rate, above 0 and at most 1.
 * @throws InsightFaceError `INVALID_ARGUMENT` outside the measured rates: a threshold there would be a guess.
 * @example
 * thresholdAtFar({ '1e-2': 0.25, '1e-3': 0.33 }, 1e-3); // 0.33
 */
export function thresholdAtFar(thresholds: Readonly<Record<string, number>>, far: number): number {
  const measured = Object.entries(thresholds)
    .map(([rate, threshold]) => ({ rate: Number(rate), threshold }))
    .sort((a, b) => a.rate - b.rate);
  if (measured.some(({ rate, threshold }) => !(rate > 0 && rate <= 1) || !Number.isFinite(threshold)))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `Thresholds are numbers by false accept rate, such as {"1e-3": 0.33}, not ${JSON.stringify(thresholds)}.`,
    );
  const above = measured.findIndex(({ rate }) => rate >= far * (1 - 1e-9));
  const upper = measured[above];
  if (upper && Math.abs(upper.rate - far) <= far * 1e-9) return upper.threshold;
  const lower = measured[above - 1];
  if (!upper || !lower)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `No threshold was measured for a false accept rate of ${far}. Measured: ${measured.map(({ rate }) => rate.toExponential()).join(', ') || 'none'}. Take a rate between these, or measure your own with "insightface eval verification".`,
    );
  const share = Math.log(far / lower.rate) / Math.log(upper.rate / lower.rate);
  return lower.threshold + share * (upper.threshold - lower.threshold);
}
