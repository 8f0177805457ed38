// Small statistics of the evaluation room.
// Intervals: E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927), 95 %.

/** Two-sided 95 % quantile of the normal distribution. */
const Z95 = 1.959963984540054;

/** A figure with its 95 % interval; all within 0 and 1 for rates. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and population standard deviation (divides by n, as NumPy's `std` does). */
export interface MeanAndStd {
  readonly mean: number;
  readonly std: number;
}

/** Mean and population standard deviation of at least one value; zeros when there is none. */
export function meanAndStd(values: ArrayLike<number>): MeanAndStd {
  const count = values.length;
  if (count === 0) return { mean: 0, std: 0 };
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[i]!;
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2;
  return { mean, std: Math.sqrt(squares / count) };
}

/**
 * The share `successes / trials` with its Wilson score interval (95 %). It supposes independent trials; pairs that share
 * images are not quite that, so the truth is a little wider.
 * With no trials the value is 0 and the interval everything: 0 to 1.
 */
export function wilsonEstimate(successes: number, trials: number): Estimate {
  if (trials <= 0) return { value: 0, low: 0, high: 1 };
  const share = successes / trials;
  const z2 = Z95 * Z95;
  const centre = (share + z2 / (2 * trials)) / (1 + z2 / trials);
  const half =
    (Z95 * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials))) / (1 + z2 / trials);
  return {
    value: share,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}

/**
 * Quantile of ascending values by linear interpolation (NumPy's default), `share` from 0 to 1; NaN when there is none.
 */
export function quantile(ascending: ArrayLike<number>, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below]! + (place - below) * (ascending[above]! - ascending[below]!);
}

/** The key of a false accept rate in results and manifests: 0.001 is `1e-3`, 0.05 is `5e-2`. */
export function farKey(far: number): string {
  return far.toExponential();
}
