import { InsightFaceError, normalize } from 'insightface-ts';

/**
 * The embedding at unit length.
 * @throws InsightFaceError `MODEL_MISMATCH` for another length than the model's, `EMBEDDING_INVALID` for NaN,
 * infinity or all zeros.
 */
export function toUnit(embedding: Float32Array, dimension: number): Float32Array {
  if (embedding.length !== dimension)
    throw new InsightFaceError(
      'MODEL_MISMATCH',
      `The embedding has ${embedding.length} numbers, the gallery's model makes ${dimension}. Use that model.`,
    );
  return normalize(embedding).unit;
}

/** Dot product of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
