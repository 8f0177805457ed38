// The five points that alignment needs, out of a larger landmark set.
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

/**
 * Left eye, right eye, nose tip and mouth corners of a landmark set.
 * @param kind - A {@link LandmarkKind}; `undefined` comes back for any other name.
 */
export function fivePoints(kind: string, points: Landmarks): FivePoints | undefined {
  if (!Object.hasOwn(fiveIndices, kind)) return undefined;
  const [left, right, nose, leftMouth, rightMouth] = fiveIndices[kind as LandmarkKind];
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
