// CompreFace's similarity is no cosine: (tanh((c0 - d) * c1) + 1) / 2 of the Euclidean distance d of unit vectors, with
// constants for each model. Ours are set so that a CompreFace user's thresholds keep their meaning: 0.5, which its
// manual advises, is one false accept in 1,000, and 0.9 one in 100,000.
import type { RecognizerInfo } from 'insightface-ts';

/** The two constants of the map. */
export interface SimilarityMap {
  /** The distance at which the similarity is 0.5. */
  readonly c0: number;
  /** How steeply it falls there. */
  readonly c1: number;
}

/** Where a pack states no thresholds: usual cosines of ArcFace networks at these rates. */
const usual = { '1e-3': 0.33, '1e-5': 0.47 };

/** The constants that put 0.5 and 0.9 at the recogniser's thresholds for false accept rates of 1e-3 and 1e-5. */
export function similarityMap(recognizer: Pick<RecognizerInfo, 'thresholds'>): SimilarityMap {
  const thresholds = { ...usual, ...recognizer.thresholds };
  const c0 = distance(thresholds['1e-3']);
  // (tanh(x) + 1) / 2 is 0.9 at x = ln(9) / 2.
  const c1 = Math.log(9) / 2 / (c0 - distance(thresholds['1e-5']));
  return { c0, c1 };
}

/** CompreFace's similarity, 0 to 1, of two faces with this cosine. */
export function toSimilarity({ c0, c1 }: SimilarityMap, cosine: number): number {
  const similarity = (Math.tanh((c0 - distance(cosine)) * c1) + 1) / 2;
  return Math.round(similarity * 1e5) / 1e5;
}

/** Distance of two unit vectors with this cosine. */
function distance(cosine: number): number {
  return Math.sqrt(Math.max(0, 2 - 2 * cosine));
}
