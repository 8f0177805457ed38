import type { Box, FivePoints, Point, Point3 } from '../geometry.js';
import type { Image } from '../image/image.js';

/** A face in its image: what an attribute model is given. */
export interface FaceRef {
  readonly image: Image;
  readonly bbox: Box;
  readonly kps?: FivePoints;
}

/** The landmark sets there are, by number of points. */
export type LandmarkKind = 'landmark2d106' | 'landmark3d68' | 'landmark68' | 'landmark98' | 'landmark468';

/** Points of one face in source pixels; 3-D sets carry z. */
export type Landmarks = readonly Point[] | readonly Point3[];

/** Finds dense landmarks, batched over faces of any images. */
export interface Landmarker {
  readonly kind: LandmarkKind;
  locate(faces: readonly FaceRef[], options?: { readonly signal?: AbortSignal }): Promise<Landmarks[]>;
  dispose(): Promise<void>;
}

/** Gender and age of one face with the network's own uncertainty. */
export interface GenderAge {
  readonly gender: 'M' | 'F';
  /** Probability of the gender given, 0.5 to 1; absent where the network gives a bare class. */
  readonly genderScore?: number;
  /** Years. */
  readonly age: number;
  /** Years: the middle 80 % of the network's own distribution; absent where it gives one number. */
  readonly ageRange?: readonly [low: number, high: number];
}

export interface GenderAgeModel {
  estimate(faces: readonly FaceRef[], options?: { readonly signal?: AbortSignal }): Promise<GenderAge[]>;
  dispose(): Promise<void>;
}

/** Probability that a face is live, 0 to 1, batched. */
export interface LivenessModel {
  check(faces: readonly FaceRef[], options?: { readonly signal?: AbortSignal }): Promise<number[]>;
  dispose(): Promise<void>;
}

/** Degrees. Signs: pitch + looks up, yaw + turns to the image's right, roll + tilts clockwise as seen. */
export interface Pose {
  readonly pitch: number;
  readonly yaw: number;
  readonly roll: number;
}
