// The five points that alignment needs, out of a larger landmark set; and how large a face they span.
import type { FivePoints, Point } from '../geometry.js';
import type { LandmarkKind, Landmarks } from './attribute-model.js';
import { landmarkParts } from './landmark-parts.js';

/** For each of the five points, the indices whose mean it is. */
type FiveIndices = readonly [
  leftEye: readonly number[],
  rightEye: readonly number[],
  nose: readonly number[],
  leftMouth: readonly number[],
  rightMouth: readonly number[],
];

const { leftEye, rightEye } = landmarkParts.landmark68;
const of68: FiveIndices = [leftEye, rightEye, [30], [48], [54]];

const fiveIndices: Readonly<Record<LandmarkKind, FiveIndices>> = {
  landmark68: of68,
  landmark3d68: of68,
  // Sets with a point on each pupil.
  landmark98: [[96], [97], [54], [76], [82]],
  landmark2d106: [[38], [88], [86], [52], [61]],
  landmark468: [[33, 160, 158, 133, 153, 144], [362, 385, 387, 263, 373, 380], [4], [61], [291]],
};

/** Left eye, right eye, nose tip and mouth corners of a landmark set. */
export function fivePoints(kind: LandmarkKind, points: Landmarks): FivePoints {
  const [left, right, nose, leftMouth, rightMouth] = fiveIndices[kind];
  const mean = (indices: readonly number[]): Point => {
    let [x, y] = [0, 0];
    for (const index of indices) {
      const point = points[index];
      x += (point?.[0] ?? Number.NaN) / indices.length;
      y += (point?.[1] ?? Number.NaN) / indices.length;
    }
    return [x, y];
  };
  return [mean(left), mean(right), mean(nose), mean(leftMouth), mean(rightMouth)];
}

/** Middle of the eyes, middle of the mouth, and the longer of the distances eye to eye and eyes to mouth, in pixels. */
export function faceReach([left, right, , leftMouth, rightMouth]: FivePoints) {
  const eyes = middle(left, right);
  const mouth = middle(leftMouth, rightMouth);
  // One of the two distances stays long however the head is turned.
  return { eyes, mouth, reach: Math.max(distance(left, right), distance(eyes, mouth)) };
}

export function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
