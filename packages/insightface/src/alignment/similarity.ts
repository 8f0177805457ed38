// The similarity transform that maps one set of points best onto another, by least squares (S. Umeyama, "Least-squares
// estimation of transformation parameters between two point patterns", PAMI 1991), as scikit-image computes it.
import { InsightFaceError } from '../errors.js';
import type { Affine, Point } from '../geometry.js';
import { determinant, identity, type Matrix, multiply, type Svd, svd, transpose } from './svd.js';

/** Maps p to `scale * rotation p + translation`. */
export interface Similarity {
  readonly scale: number;
  /** Orthogonal; determinant 1, and -1 only where the points are mirrored exactly and of full rank allows it. */
  readonly rotation: Matrix;
  readonly translation: readonly number[];
}

export interface UmeyamaOptions {
  /**
   * `single` rounds where NumPy does when it is given 32-bit floats, as InsightFace gives it: crops then equal the
   * original's byte for byte. Default `double`.
   */
  readonly precision?: 'single' | 'double';
}

/**
 * Fits rotation, scale and translation to points of 2 or 3 dimensions.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the counts differ, or all source or target points coincide.
 */
export function umeyama(source: Matrix, target: Matrix, options: UmeyamaOptions = {}): Similarity {
  const [first] = source;
  if (!first || source.length !== target.length)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Source and target need the same number of points, at least one.',
    );
  const round = options.precision === 'single' ? Math.fround : (value: number) => value;
  const from = source.map(point => point.map(round));
  const to = target.map(point => point.map(round));
  const size = first.length;
  const sourceMean = mean(from, round);
  const targetMean = mean(to, round);
  const centred = subtract(from, sourceMean, round);
  const centredTarget = subtract(to, targetMean, round);
  const covariance = identity(size).map((row, i) =>
    row.map((_, j) => meanProduct(centredTarget, i, centred, j, round)),
  );
  const { u, s, v } = rounded(svd(covariance), round);
  const largest = s[0] ?? 0;
  const rank = s.filter(value => value > largest * size * Number.EPSILON).length;
  if (rank === 0 || !Number.isFinite(largest))
    throw new InsightFaceError('INVALID_ARGUMENT', 'These points fix no transform: all of them coincide.');
  const signs = identity(size);
  if (determinant(covariance) < 0) (signs[size - 1] ?? [])[size - 1] = -1;
  let rotation: Matrix;
  if (rank === size - 1) {
    // The missing direction is free: choose it so that nothing is mirrored.
    const flips = identity(size);
    if (determinant(u) * determinant(v) < 0) (flips[size - 1] ?? [])[size - 1] = -1;
    rotation = multiply(multiply(u, flips), transpose(v));
  } else rotation = multiply(multiply(u, signs), transpose(v));
  const scale =
    s.reduce((sum, value, axis) => sum + value * (signs[axis]?.[axis] ?? 1), 0) / variance(centred, round);
  const translation = targetMean.map(
    (value, axis) =>
      value - scale * (rotation[axis] ?? []).reduce((sum, x, i) => sum + x * (sourceMean[i] ?? 0), 0),
  );
  return { scale, rotation, translation };
}

type Round = (value: number) => number;

function mean(points: Matrix, round: Round): number[] {
  const sums = points.reduce<number[]>(
    (sum, point) => point.map((x, axis) => round((sum[axis] ?? 0) + x)),
    [],
  );
  return sums.map(sum => round(sum / points.length));
}

function subtract(points: Matrix, offset: readonly number[], round: Round): number[][] {
  return points.map(point => point.map((x, axis) => round(x - (offset[axis] ?? 0))));
}

function meanProduct(a: Matrix, i: number, b: Matrix, j: number, round: Round): number {
  const sum = a.reduce((total, point, index) => round(total + (point[i] ?? 0) * (b[index]?.[j] ?? 0)), 0);
  return round(sum / a.length);
}

/** Sum over the axes of the population variance. */
function variance(centred: Matrix, round: Round): number {
  const squares = subtract(centred, mean(centred, round), round).map(point => point.map(x => round(x * x)));
  return mean(squares, round).reduce((sum, x) => round(sum + x), 0);
}

function rounded({ u, s, v }: Svd, round: Round): Svd {
  return { u: u.map(row => row.map(round)), s: s.map(round), v: v.map(row => row.map(round)) };
}

/**
 * The 2x3 map that brings points onto their targets.
 * @throws InsightFaceError `INVALID_ARGUMENT` as {@link umeyama}.
 */
export function estimateSimilarity(
  source: readonly Point[],
  target: readonly Point[],
  options: UmeyamaOptions = {},
): Affine {
  const { scale, rotation, translation } = umeyama(source, target, options);
  const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = rotation;
  return [scale * a, scale * b, translation[0] ?? 0, scale * c, scale * d, translation[1] ?? 0];
}

/** Applies a 2x3 map. */
export function transformPoints<Points extends readonly Point[]>(points: Points, matrix: Affine): Points {
  const [a, b, tx, c, d, ty] = matrix;
  return points.map(
    ([x, y]) => [a * x + b * y + tx, c * x + d * y + ty] as const,
  ) as readonly Point[] as Points;
}
