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
  /** Lowest score kept, 0 to 1. Default: the pack's own figure for the family, else 0.5. */
  readonly detThresh?: number;
  /** Network input size(s). Several sizes pool their candidates before one NMS. `auto`: the family's own choice. */
  readonly detSize?: 'auto' | Size | readonly Size[];
  /** Overlap (IoU) above which the lower score is dropped. Default: the family's. */
  readonly nmsThresh?: number;
  readonly signal?: AbortSignal;
}

/** Every detector family answers alike: faces by falling score. */
export interface Detector {
  readonly family: string;
  detect(image: Image, options?: DetectOptions): Promise<Detection[]>;
  dispose(): Promise<void>;
}
