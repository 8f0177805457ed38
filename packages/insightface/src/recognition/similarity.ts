// Comparing embeddings by the cosine of the angle between them.
import { InsightFaceError } from '../errors.js';

/** An embedding split into its direction and its length. */
export interface NormalizedEmbedding {
  /** Unit length, `[dimension]`. */
  readonly unit: Float32Array;
  readonly norm: number;
}

/**
 * Scales an embedding to unit length.
 * @throws InsightFaceError `EMBEDDING_INVALID` when it holds NaN or infinity, or is all zeros.
 */
export function normalize(embedding: Float32Array): NormalizedEmbedding {
  let squares = 0;
  for (let i = 0; i < embedding.length; i++) squares += (embedding[i] as number) ** 2;
  const norm = Math.sqrt(squares);
  checkNorm(norm);
  const unit = new Float32Array(embedding.length);
  for (let i = 0; i < embedding.length; i++) unit[i] = (embedding[i] as number) / norm;
  return { unit, norm };
}

/**
 * Cosine of the angle between two embeddings, -1 to 1; they need not be normalised.
 * @throws InsightFaceError `MODEL_MISMATCH` when their lengths differ, `EMBEDDING_INVALID` when one holds NaN or
 * infinity, or is all zeros.
 */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length)
    throw new InsightFaceError(
      'MODEL_MISMATCH',
      `Embeddings of ${a.length} and ${b.length} numbers come from different models and cannot be compared.`,
    );
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const normA = Math.sqrt(squaresA);
  const normB = Math.sqrt(squaresB);
  checkNorm(normA);
  checkNorm(normB);
  return Math.max(-1, Math.min(1, dot / (normA * normB)));
}

/** Dot product of two vectors of one length. Four sums at once, so that additions need not wait for each other. */
export function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length & ~3;
  let d = 0;
  for (; d < whole; d += 4) {
    s0 += a[d]! * b[d]!;
    s1 += a[d + 1]! * b[d + 1]!;
    s2 += a[d + 2]! * b[d + 2]!;
    s3 += a[d + 3]! * b[d + 3]!;
  }
  for (; d < a.length; d++) s0 += a[d]! * b[d]!;
  return s0 + s1 + (s2 + s3);
}

function checkNorm(norm: number): void {
  if (norm > 0 && norm < Number.POSITIVE_INFINITY) return;
  throw new InsightFaceError(
    'EMBEDDING_INVALID',
    'An embedding holds numbers that are not finite, or only zeros: it does not come from a recogniser that ran well.',
  );
}
