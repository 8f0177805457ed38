// From a face in a photo to the crop that recognisers were trained on.
import type { Affine, Box, FivePoints } from '../geometry.js';
import type { Image } from '../image/image.js';
import { type WarpOptions, warpAffine } from '../image/warp.js';
import { estimateSimilarity } from './similarity.js';
import { arcfaceTemplate } from './template.js';

/** The map from photo to aligned crop. @throws InsightFaceError `INVALID_ARGUMENT` when all points coincide. */
export function estimateNorm(kps: FivePoints, size = 112): Affine {
  return estimateSimilarity(kps, arcfaceTemplate(size), { precision: 'single' });
}

/**
 * Cuts out a face so that eyes, nose and mouth lie where ArcFace expects them.
 * @param size - Side of the crop in pixels: below 112, or 112 or 128 divides it.
 * @param options - `antiAlias` averages faces that shrink by more than half.
 */
export function alignFace(image: Image, kps: FivePoints, size = 112, options: WarpOptions = {}): Image {
  return warpAffine(image, estimateNorm(kps, size), size, size, options);
}

export interface CropTransform {
  /** Centre in the photo, in pixels. */
  readonly center: readonly [x: number, y: number];
  /** Side of the crop in pixels. */
  readonly size: number;
  /** Pixels of the crop for one pixel of the photo. */
  readonly scale: number;
  /** Degrees, counter-clockwise in the crop. Default 0. */
  readonly rotation?: number;
}

/** The map from photo to a square crop about a centre, as InsightFace's landmark and attribute models use it. */
export function cropTransform({ center, size, scale, rotation = 0 }: CropTransform): Affine {
  const angle = (rotation * Math.PI) / 180;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const x = center[0] * scale;
  const y = center[1] * scale;
  return [
    scale * cosine,
    -scale * sine,
    cosine * -x - sine * -y + size / 2,
    scale * sine,
    scale * cosine,
    sine * -x + cosine * -y + size / 2,
  ];
}

/** The map to a square crop of the box's centre that shows `margin` times its longer side. */
export function squareCrop(box: Box, size: number, margin: number): Affine {
  const [x1, y1, x2, y2] = box;
  const side = Math.max(x2 - x1, y2 - y1) * margin;
  return cropTransform({ center: [(x1 + x2) / 2, (y1 + y2) / 2], size, scale: size / side });
}
