// Several recognisers as one. Unit embeddings, each times the square root of its share, are put end to end; the cosine
// of two such vectors is then exactly the weighted mean of the members' cosines.
import { InsightFaceError } from '../errors.js';
import type { Recognizer } from './recognizer.js';
import { normalize } from './similarity.js';

export interface EnsembleMember {
  readonly recognizer: Recognizer;
  /** Above 0; only the ratio between members counts. Default 1. */
  readonly weight?: number;
}

/**
 * A recogniser whose embeddings join those of its members, all fed the same crops.
 * @throws InsightFaceError `INVALID_ARGUMENT` for no members, weights that are not above 0, or crops of different sizes.
 */
export function ensemble(members: readonly EnsembleMember[]): Recognizer {
  const shares = sharesOf(members.map(({ weight = 1 }) => weight));
  const recognizers = members.map(({ recognizer }) => recognizer);
  const [side] = recognizers.map(({ inputSize }) => inputSize);
  if (side === undefined || recognizers.some(({ inputSize }) => inputSize !== side))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `All recognisers of an ensemble take crops of one size, not ${recognizers.map(r => r.inputSize).join(', ')}.`,
    );
  const dimension = recognizers.reduce((sum, recognizer) => sum + recognizer.dimension, 0);
  return {
    dimension,
    inputSize: side,
    embed: async (crops, options) => {
      const joined = crops.map(() => new Float32Array(dimension));
      let offset = 0;
      for (const [index, recognizer] of recognizers.entries()) {
        const scale = Math.sqrt(shares[index] ?? 0);
        for (const [crop, embedding] of (await recognizer.embed(crops, options)).entries())
          joined[crop]?.set(
            normalize(embedding).unit.map(value => value * scale),
            offset,
          );
        offset += recognizer.dimension;
      }
      return joined;
    },
    dispose: async () => {
      await Promise.all(recognizers.map(recognizer => recognizer.dispose()));
    },
  };
}

/**
 * Weighted mean of the similarities that several recognisers give for one pair.
 * @param weights - One a score, above 0; only their ratio counts. Default: all alike.
 * @throws InsightFaceError `INVALID_ARGUMENT` when there is no score, or weights do not fit.
 */
export function fuseScores(
  scores: readonly number[],
  weights: readonly number[] = scores.map(() => 1),
): number {
  if (scores.length !== weights.length)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${scores.length} scores need as many weights, not ${weights.length}.`,
    );
  const shares = sharesOf(weights);
  return scores.reduce((sum, score, index) => sum + score * (shares[index] ?? 0), 0);
}

function sharesOf(weights: readonly number[]): number[] {
  if (weights.length === 0 || !weights.every(weight => weight > 0 && Number.isFinite(weight)))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `Weights are numbers above 0, at least one, not [${weights.join(', ')}].`,
    );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map(weight => weight / total);
}
