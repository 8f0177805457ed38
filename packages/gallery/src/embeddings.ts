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
