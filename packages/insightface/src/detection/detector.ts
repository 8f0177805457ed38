import type { Box, FivePoints } from '../geometry.js';
import type { Image } from '../image/image.js';

/** One face as a detector sees it, in pixels of the image it was given. */
export interface Detection {
  readonly bbox: Box;
  /** 0 to 1. */
  readonly detScore: number;
  /** Absent where the family gives no points, or not all five; a landmark model then supplies them. */
  readonly kps?: FivePoints;
}

/** Size of the picture that a detector's network sees, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface DetectOptions {
  /** Lowest score kept, 0 to 1. Default: the pack's own figure, else the family's. */
  readonly detThresh?: number;
  /**
   * Size(s) into which the image is fitted for the network. Several sizes pool their candidates before one NMS.
   * `auto`: the family's own choice. Networks of one small size (`ultralight`) see a larger one in overlapping tiles.
   */
  readonly detSize?: 'auto' | Size | readonly Size[];
  /** Overlap (IoU) above which the lower score is dropped. Default: the family's. */
  readonly nmsThresh?: number;
  readonly signal?: AbortSignal;
}

/** How a family's scores tell an upright face from one that lies on its side or stands on its head. */
export interface UprightScores {
  /** Score that turned faces hardly reach. */
  readonly sure: number;
  /** By how much, in log-odds, a face must score better in a turned photo before that is taken for the right way up. */
  readonly margin: number;
  /** Whether one face, enlarged and shown four ways in one picture, tells which way is up. */
  readonly fourWays?: true;
}

/** Every detector family answers alike: faces by falling score. */
export interface Detector {
  readonly family: string;
  /** Lowest score kept where a call does not say. */
  readonly detThresh: number;
  readonly upright: UprightScores;
  detect(image: Image, options?: DetectOptions): Promise<Detection[]>;
  dispose(): Promise<void>;
}
