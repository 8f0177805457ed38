// Cutting a face out of its photo for a network, and mapping the points that the network finds back.
import { cropTransform, squareCrop } from '../alignment/index.js';
import type { Affine, Point, Point3 } from '../geometry.js';
import type { Image } from '../image/image.js';
import { invertAffine, warpAffine } from '../image/warp.js';
import type { FaceRef } from './attribute-model.js';
import { faceReach, middle } from './five-points.js';

/** What a network sees, and the map from its pixels to the photo's. */
export interface FaceCrop {
  readonly image: Image;
  readonly toPhoto: Affine;
}

/**
 * The detector's box, stretched to the network's input.
 * @param wider - What is added on the left and on the right, in widths of the box.
 */
export function stretchedCrop(face: FaceRef, height: number, width: number, wider = 0): FaceCrop {
  const [x1, y1, x2, y2] = face.bbox;
  // A box may be nothing but a line; the cut is a pixel at least.
  const boxWidth = Math.max(1, x2 - x1);
  const added = boxWidth * wider;
  const scaleX = width / (boxWidth + 2 * added);
  const scaleY = height / Math.max(1, y2 - y1);
  const matrix: Affine = [scaleX, 0, (added - x1) * scaleX, 0, scaleY, -y1 * scaleY];
  return {
    image: warpAffine(face.image, matrix, width, height, { antiAlias: true }),
    toPhoto: invertAffine(matrix),
  };
}

/** A square about the box's centre, `margin` times its longer side, sampled exactly as InsightFace samples it. */
export function insightFaceCrop(face: FaceRef, size: number, margin: number): FaceCrop {
  return warped(face, squareCrop(face.bbox, size, margin), size, false);
}

/** The same square, averaged where it shrinks. */
export function smoothCrop(face: FaceRef, size: number, margin: number): FaceCrop {
  return warped(face, squareCrop(face.bbox, size, margin), size, true);
}

/**
 * A square about the face's five points, turned so that the eyes are level; it then shows the same part of a face
 * whatever the detector calls its box. Without points: `margin` times the box's longer side, not turned.
 */
export function levelCrop(face: FaceRef, size: number, margin: number): FaceCrop {
  if (!face.kps) return smoothCrop(face, size, margin);
  const [left, right] = face.kps;
  const { eyes, mouth, reach } = faceReach(face.kps);
  const rotation = (-Math.atan2(right[1] - left[1], right[0] - left[0]) * 180) / Math.PI;
  const scale = size / (reach * sideOfReach);
  return warped(face, cropTransform({ center: middle(eyes, mouth), size, scale, rotation }), size, true);
}

/** Chosen on faces of LFW with hand-marked points: landmarks are 5 to 10 % worse at 3.0 and at 3.8. */
const sideOfReach = 3.4;

function warped(face: FaceRef, matrix: Affine, size: number, antiAlias: boolean): FaceCrop {
  return { image: warpAffine(face.image, matrix, size, size, { antiAlias }), toPhoto: invertAffine(matrix) };
}

/** Points of a crop, as flat x, y pairs, in the photo. */
export function placePoints(values: ArrayLike<number>, { toPhoto }: FaceCrop): Point[] {
  const [a, b, tx, c, d, ty] = toPhoto;
  const points: Point[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const x = values[i] as number;
    const y = values[i + 1] as number;
    points.push([a * x + b * y + tx, c * x + d * y + ty]);
  }
  return points;
}

/** Points of a crop, as flat x, y, z triples, in the photo; z is scaled alike. */
export function placePoints3(values: ArrayLike<number>, { toPhoto }: FaceCrop): Point3[] {
  const [a, b, tx, c, d, ty] = toPhoto;
  const scale = Math.hypot(a, b);
  const points: Point3[] = [];
  for (let i = 0; i + 2 < values.length; i += 3) {
    const x = values[i] as number;
    const y = values[i + 1] as number;
    points.push([a * x + b * y + tx, c * x + d * y + ty, (values[i + 2] as number) * scale]);
  }
  return points;
}
