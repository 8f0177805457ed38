// Singular value decomposition of small matrices by one-sided Jacobi rotations (Hestenes 1958): exact for the tiny
// singular values that decide a rank.

/** A square matrix: rows of numbers. */
export type Matrix = readonly (readonly number[])[];

export interface Svd {
  /** Orthogonal. */
  readonly u: Matrix;
  /** Falling, from 0. */
  readonly s: readonly number[];
  /** Orthogonal; `a = u diag(s) v^T`. */
  readonly v: Matrix;
}

/** Decomposes a 2x2 or 3x3 matrix. */
export function svd(a: Matrix): Svd {
  const size = a.length;
  // Columns are rotated in pairs until all are at right angles: their lengths are then the singular values.
  const columns = transpose(a).map(column => [...column]);
  const v = identity(size).map(row => [...row]);
  for (let sweep = 0; sweep < 60; sweep++) {
    let worst = 0;
    for (let p = 0; p < size - 1; p++)
      for (let q = p + 1; q < size; q++) worst = Math.max(worst, rotate(columns, v, p, q));
    if (worst < 1e-15) break;
  }
  const order = columns
    .map((column, index) => ({ index, length: Math.hypot(...column) }))
    .sort((x, y) => y.length - x.length);
  const s = order.map(({ length }) => length);
  const unit = order.map(({ index, length }) =>
    length > (s[0] ?? 0) * 1e-16 && length > 0 ? (columns[index] ?? []).map(x => x / length) : undefined,
  );
  return { u: transpose(complete(unit, size)), s, v: transpose(order.map(({ index }) => v[index] ?? [])) };
}

/** Makes columns p and q orthogonal; returns the cosine that was between them. `v` holds columns as rows. */
function rotate(columns: number[][], v: number[][], p: number, q: number): number {
  const x = columns[p] ?? [];
  const y = columns[q] ?? [];
  const alpha = dot(x, x);
  const beta = dot(y, y);
  const gamma = dot(x, y);
  const cosine = alpha > 0 && beta > 0 ? Math.abs(gamma) / Math.sqrt(alpha * beta) : 0;
  if (cosine < 1e-16) return 0;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = c * t;
  for (const pair of [
    [x, y],
    [v[p] ?? [], v[q] ?? []],
  ] as const) {
    const [first, second] = pair;
    for (let i = 0; i < first.length; i++) {
      const [a, b] = [first[i] ?? 0, second[i] ?? 0];
      first[i] = c * a - s * b;
      second[i] = s * a + c * b;
    }
  }
  return cosine;
}

/** Fills missing unit vectors so that all are at right angles. */
function complete(vectors: readonly (readonly number[] | undefined)[], size: number): number[][] {
  const basis = vectors.filter(vector => vector !== undefined).map(vector => [...vector]);
  for (let axis = 0; basis.length < size && axis < size; axis++) {
    const candidate = identity(size)[axis]?.slice() ?? [];
    for (const vector of basis) {
      const along = dot(candidate, vector);
      for (let i = 0; i < size; i++) candidate[i] = (candidate[i] ?? 0) - along * (vector[i] ?? 0);
    }
    const length = Math.hypot(...candidate);
    if (length > 0.5 / size) basis.push(candidate.map(x => x / length));
  }
  return basis;
}

export function identity(size: number): number[][] {
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
}

export function transpose(a: Matrix): number[][] {
  return (a[0] ?? []).map((_, column) => a.map(row => row[column] ?? 0));
}

export function multiply(a: Matrix, b: Matrix): number[][] {
  const columns = transpose(b);
  return a.map(row => columns.map(column => dot(row, column)));
}

export function determinant(a: Matrix): number {
  if (a.length === 1) return a[0]?.[0] ?? 0;
  return (a[0] ?? []).reduce((sum, value, column) => {
    const minor = a.slice(1).map(row => row.filter((_, index) => index !== column));
    return sum + (column % 2 === 0 ? 1 : -1) * value * determinant(minor);
  }, 0);
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
}
