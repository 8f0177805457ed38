// Principal components of embeddings (as scikit-learn's PCA, without whitening), for the protocol's PCA variant.
// Eigenvectors of the covariance by cyclic Jacobi rotations: slow for hundreds of dimensions, exact and short.
import { InsightFaceError } from '../errors.js';

/** A learnt projection: subtract the mean, multiply by the components. */
export interface Projection {
  readonly mean: Float64Array;
  /** [components][dimension], by falling variance; signs are arbitrary. */
  readonly components: readonly Float64Array[];
}

/**
 * Learns the directions of greatest variance.
 * @param rows [N][dimension] at least as many as `count`.
 * @throws InsightFaceError `INVALID_ARGUMENT` when there are fewer rows or dimensions than components.
 */
export function principalComponents(rows: readonly ArrayLike<number>[], count: number): Projection {
  const dimension = rows[0]?.length ?? 0;
  if (!Number.isInteger(count) || count < 1 || count > Math.min(rows.length, dimension))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${rows.length} embeddings of ${dimension} numbers cannot give ${count} principal components.`,
    );
  const mean = new Float64Array(dimension);
  for (const row of rows) for (let d = 0; d < dimension; d++) mean[d]! += row[d]! / rows.length;
  const covariance = Array.from({ length: dimension }, () => new Float64Array(dimension));
  const centred = new Float64Array(dimension);
  for (const row of rows) {
    for (let d = 0; d < dimension; d++) centred[d] = row[d]! - mean[d]!;
    for (let i = 0; i < dimension; i++) {
      const line = covariance[i]!;
      for (let j = i; j < dimension; j++) line[j]! += centred[i]! * centred[j]!;
    }
  }
  for (let i = 0; i < dimension; i++) for (let j = 0; j < i; j++) covariance[i]![j] = covariance[j]![i]!;
  const vectors = diagonalise(covariance);
  const order = Array.from({ length: dimension }, (_, i) => i).sort(
    (a, b) => covariance[b]![b]! - covariance[a]![a]!,
  );
  const components = order.slice(0, count).map(column => Float64Array.from(vectors, row => row[column]!));
  return { mean, components };
}

/** Projects one row and scales the result to unit length. */
export function projectToUnit(projection: Projection, row: ArrayLike<number>): Float64Array {
  const result = new Float64Array(projection.components.length);
  let squares = 0;
  for (let c = 0; c < result.length; c++) {
    const component = projection.components[c]!;
    let sum = 0;
    for (let d = 0; d < component.length; d++) sum += (row[d]! - projection.mean[d]!) * component[d]!;
    result[c] = sum;
    squares += sum * sum;
  }
  const norm = Math.sqrt(squares) || 1;
  for (let c = 0; c < result.length; c++) result[c]! /= norm;
  return result;
}

/** Turns a symmetric matrix into its eigenvalues (on the diagonal, in place); returns the eigenvectors as columns. */
function diagonalise(matrix: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const vectors = Array.from({ length: size }, (_, i) => {
    const row = new Float64Array(size);
    row[i] = 1;
    return row;
  });
  for (let sweep = 0; sweep < 50; sweep++) {
    let offDiagonal = 0;
    let diagonal = 0;
    for (let i = 0; i < size; i++) {
      diagonal += matrix[i]![i]! ** 2;
      for (let j = i + 1; j < size; j++) offDiagonal += matrix[i]![j]! ** 2;
    }
    if (offDiagonal <= 1e-30 * diagonal) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
  }
  return vectors;
}

function rotate(matrix: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const off = matrix[p]![q]!;
  if (off === 0) return;
  const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * off);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of matrix) turn(row, p, q, c, s);
  const rowP = matrix[p]!;
  const rowQ = matrix[q]!;
  for (let k = 0; k < rowP.length; k++) {
    const a = rowP[k]!;
    const b = rowQ[k]!;
    rowP[k] = c * a - s * b;
    rowQ[k] = s * a + c * b;
  }
  for (const row of vectors) turn(row, p, q, c, s);
}

function turn(row: Float64Array, p: number, q: number, c: number, s: number): void {
  const a = row[p]!;
  const b = row[q]!;
  row[p] = c * a - s * b;
  row[q] = s * a + c * b;
}
