import type { Pose } from '../attributes/attribute-model.js';
import type { Box, FivePoints, Point, Point3 } from '../geometry.js';

/** One face of an image: what was asked for and could be told. Fields of models that were not loaded are absent. */
export interface Face {
  readonly bbox: Box;
  readonly kps: FivePoints;
  /** 0 to 1. */
  readonly detScore: number;
  /** As the network gives it, not normalised. */
  readonly embedding?: Float32Array;
  readonly embeddingNorm?: number;
  /** Unit length: the dot product of two is their cosine similarity. */
  readonly normedEmbedding?: Float32Array;
  readonly gender?: 'M' | 'F';
  /** Probability of the gender given, 0.5 to 1. */
  readonly genderScore?: number;
  /** Years. */
  readonly age?: number;
  /** Years: the middle 80 % of the network's own distribution. */
  readonly ageRange?: readonly [low: number, high: number];
  /** Degrees. */
  readonly pose: Pose;
  /** 0 to 1; see the manual for the formula and what was measured. */
  readonly quality: number;
  /** Probability that the face is live, 0 to 1. Experimental. */
  readonly liveness?: number;
  readonly landmark2d106?: readonly Point[];
  readonly landmark3d68?: readonly Point3[];
  readonly landmark68?: readonly Point[];
  readonly landmark98?: readonly Point[];
  readonly landmark468?: readonly Point3[];
}
