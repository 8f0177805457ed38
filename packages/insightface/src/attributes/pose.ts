// How a head is turned, from landmarks and the mean face. Three-dimensional points as in InsightFace; flat points by
// the rotation whose weak-perspective picture of the mean face comes nearest (Gauss-Newton least squares).
import { umeyama } from '../alignment/index.js';
import type { FivePoints, Point, Point3 } from '../geometry.js';
import type { LandmarkKind, Landmarks, Pose } from './attribute-model.js';
import { indicesOf68 } from './landmark-parts.js';
import { meanShape68 } from './mean-shape.js';
import { fitRotation, type Rotation } from './rotation-fit.js';

/** What tells a pose: five points, and better a landmark set. */
export interface PoseSource {
  readonly kps: FivePoints;
  /** Landmark sets by kind. */
  readonly landmarks?: ReadonlyMap<LandmarkKind, Landmarks>;
}

/**
 * The mean face in five points, as 68-point networks place them: fitted to LFW View 1 so that both sets give the same
 * rotations.
 */
const meanFive: readonly Point3[] = [
  [-0.243, -0.331, 0.295],
  [0.243, -0.331, 0.295],
  [0, -0.076, 0.681],
  [-0.223, 0.223, 0.305],
  [0.223, 0.223, 0.305],
];

/** From what tells most to what tells least. */
const kinds: readonly LandmarkKind[] = [
  'landmark3d68',
  'landmark468',
  'landmark68',
  'landmark98',
  'landmark2d106',
];

/**
 * Pitch, yaw and roll of a face in degrees, from the best landmark set there is: `landmark3d68` exactly as
 * InsightFace, then `landmark468`, 68, 98 or 106 flat points, and the five points when there is nothing else.
 * Zero is the mean face of InsightFace's model; people who look straight into a camera have a pitch of about -6. Beyond
 * 30 degrees the outline of flat sets follows the cheek, and yaw comes out a third too small.
 * Signs: pitch + looks up, yaw + turns to the image's right, roll + tilts clockwise as seen.
 */
export function estimatePose(face: PoseSource): Pose {
  for (const kind of kinds) {
    const points = face.landmarks?.get(kind);
    if (!points) continue;
    if (kind === 'landmark3d68') return toPose(rotationOfAffine(meanShape68, points));
    const subset = indicesOf68[kind].map(index => points[index] as Point | Point3);
    if (kind === 'landmark468') return toPose(umeyama(meanShape68, subset).rotation as Rotation);
    return toPose(fitRotation(meanShape68, subset as Point[]));
  }
  return toPose(fitRotation(meanFive, face.kps));
}

/**
 * InsightFace's way: the best affine map from the mean face to the points, of which the first two rows, scaled to unit
 * length, and their cross product are taken as a rotation (`P2sRt`).
 */
export function rotationOfAffine(model: readonly Point3[], points: readonly (Point | Point3)[]): Rotation {
  const [row1, row2] = affineRows(model, points);
  return rotationOfRows(row1, row2);
}

/** Rotation from two rows that need not be quite at right angles. */
export function rotationOfRows(row1: Point3, row2: Point3): Rotation {
  const [a, b, c] = scaledToUnit(row1);
  const [d, e, f] = scaledToUnit(row2);
  return [
    [a, b, c],
    [d, e, f],
    [b * f - c * e, c * d - a * f, a * e - b * d],
  ];
}

/** Angles of a rotation in degrees (InsightFace's `matrix2angle`). */
export function toPose([[r00, ,], [r10, r11, r12], [r20, r21, r22]]: Rotation): Pose {
  const degrees = 180 / Math.PI;
  const cosine = Math.hypot(r00, r10);
  const yaw = Math.atan2(-r20, cosine) * degrees;
  // Looking straight to the side, pitch and roll turn about the same axis.
  if (cosine < 1e-6) return { pitch: Math.atan2(-r12, r11) * degrees, yaw, roll: 0 };
  return { pitch: Math.atan2(r21, r22) * degrees, yaw, roll: Math.atan2(r10, r00) * degrees };
}

/** The linear part of the affine map that brings the model nearest to x and y of the points. */
function affineRows(model: readonly Point3[], points: readonly (Point | Point3)[]): [Point3, Point3] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const center = [0, 1, 2].map(axis => mean(model.map(point => point[axis] as number)));
  const target = [0, 1].map(axis => mean(points.map(point => point[axis] as number)));
  const products = [0, 1, 2].map(() => [0, 0, 0, 0, 0]);
  for (const [index, vertex] of model.entries()) {
    const x = vertex.map((value, axis) => value - (center[axis] as number));
    const y = [0, 1].map(axis => (points[index]?.[axis] as number) - (target[axis] as number));
    for (const [row, sums] of products.entries())
      for (const [column, value] of [...x, ...y].entries())
        sums[column] = (sums[column] as number) + (x[row] as number) * value;
  }
  const [p = [], q = [], r = []] = products;
  const inverse = 1 / determinant(p, q, r, [0, 1, 2]);
  // Cramer's rule on the normal equations, once for x and once for y.
  const solve = (column: number): Point3 => [
    determinant(p, q, r, [column, 1, 2]) * inverse,
    determinant(p, q, r, [0, column, 2]) * inverse,
    determinant(p, q, r, [0, 1, column]) * inverse,
  ];
  return [solve(3), solve(4)];
}

function determinant(
  p: readonly number[],
  q: readonly number[],
  r: readonly number[],
  [i, j, k]: readonly [number, number, number],
): number {
  const at = (row: readonly number[], column: number) => row[column] as number;
  return (
    at(p, i) * (at(q, j) * at(r, k) - at(q, k) * at(r, j)) -
    at(p, j) * (at(q, i) * at(r, k) - at(q, k) * at(r, i)) +
    at(p, k) * (at(q, i) * at(r, j) - at(q, j) * at(r, i))
  );
}

function scaledToUnit([x, y, z]: Point3): Point3 {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}
