// The rotation of a rigid model whose weak-perspective picture (scale, shift, no depth) comes nearest to flat points.
// Sums of products of model and points say all there is to know, so that a step costs the same for 5 points as for 68.
import type { Point, Point3 } from '../geometry.js';

/** Rows of an orthogonal 3x3 matrix: x to the right, y down, z towards the camera. */
export type Rotation = readonly [Point3, Point3, Point3];

/** Yaw, in radians, of the starts: one alone may end in the mirrored answer of a face seen from the side. */
const starts = [-0.6, 0, 0.6];
const iterations = 20;

interface Moments {
  /** Sum of v v^T over the vertices. */
  readonly model: Rotation;
  /** Sums of x v and y v, x and y of the points. */
  readonly cross: readonly [Point3, Point3];
  /** Sum of x^2 + y^2. */
  readonly spread: number;
}

interface Fit {
  readonly rotation: Rotation;
  readonly scale: number;
  /** Sum of squared distances. */
  readonly error: number;
}

/** Least squares over rotation, scale and shift; the best of a few starts. */
export function fitRotation(model: readonly Point3[], points: readonly Point[]): Rotation {
  const moments = momentsOf(model, points);
  const [[xx, xy], [yx, yy]] = moments.cross;
  const roll = about(2, Math.atan2(yx - xy, xx + yy));
  const [first, ...others] = starts.map(yaw => refine(moments, multiply(roll, about(1, yaw))));
  let best = first as Fit;
  for (const fit of others) if (fit.error < best.error) best = fit;
  return best.rotation;
}

/** Levenberg-Marquardt steps on a small rotation in front of the present one, and the scale. */
function refine(moments: Moments, start: Rotation): Fit {
  const { size, along } = project(moments, start);
  let fit = measure(moments, start, along / size);
  let damping = 1e-3;
  for (let step = 0; step < iterations && damping < 1e8; step++) {
    const [wx = 0, wy = 0, wz = 0, ds = 0] = newtonStep(moments, fit, damping);
    const turn = multiply(multiply(about(0, wx), about(1, wy)), about(2, wz));
    const next = measure(moments, multiply(turn, fit.rotation), fit.scale + ds);
    const gain = fit.error - next.error;
    if (gain > 0) {
      fit = next;
      damping /= 10;
      if (gain < 1e-12 * moments.spread) break;
    } else damping *= 10;
  }
  return fit;
}

function measure(moments: Moments, rotation: Rotation, scale: number): Fit {
  const { size, along } = project(moments, rotation);
  return { rotation, scale, error: scale * scale * size - 2 * scale * along + moments.spread };
}

/** Of the turned model's x and y: the sum of their squares, and of their products with the points. */
function project({ model, cross }: Moments, [row1, row2]: Rotation): { size: number; along: number } {
  return {
    size: dot(row1, apply(model, row1)) + dot(row2, apply(model, row2)),
    along: dot(row1, cross[0]) + dot(row2, cross[1]),
  };
}

/**
 * A turn by w moves a vertex q by the cross product of w and q. With q = (x, y, z) and its point (px, py), the rows of
 * the Jacobian are (0, s z, -s y, x) and (-s z, 0, s x, y); here are their products, summed over all points.
 */
function newtonStep({ model, cross }: Moments, { rotation, scale: s }: Fit, damping: number): number[] {
  const [row1, row2, row3] = rotation;
  const turned1 = apply(model, row1);
  const turned2 = apply(model, row2);
  const xx = dot(row1, turned1);
  const xz = dot(row3, turned1);
  const yy = dot(row2, turned2);
  const yz = dot(row3, turned2);
  const zz = dot(row3, apply(model, row3));
  const [px, py] = cross;
  const normal = [
    [s * s * zz, 0, -s * s * xz, -s * yz, s * s * yz - s * dot(row3, py)],
    [0, s * s * zz, -s * s * yz, s * xz, s * dot(row3, px) - s * s * xz],
    [-s * s * xz, -s * s * yz, s * s * (xx + yy), 0, s * (dot(row1, py) - dot(row2, px))],
    [-s * yz, s * xz, 0, xx + yy, dot(row1, px) + dot(row2, py) - s * (xx + yy)],
  ];
  for (const [i, row] of normal.entries()) row[i] = (row[i] as number) * (1 + damping) + 1e-12;
  return solve(normal);
}

/** Gaussian elimination of a positive definite system; the last column is the right side. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (const [i, pivot] of rows.entries())
    for (const [k, row] of rows.entries()) {
      if (k === i) continue;
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let j = i; j <= size; j++) row[j] = (row[j] as number) - factor * (pivot[j] as number);
    }
  return rows.map((row, i) => (row[size] as number) / (row[i] as number));
}

function momentsOf(model: readonly Point3[], points: readonly Point[]): Moments {
  const [cx, cy, cz] = [0, 1, 2].map(axis => meanOf(model, axis)) as [number, number, number];
  const [ox, oy] = [0, 1].map(axis => meanOf(points, axis)) as [number, number];
  let [xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0];
  let [ax, ay, az, bx, by, bz, spread] = [0, 0, 0, 0, 0, 0, 0];
  for (let index = 0; index < model.length; index++) {
    const vertex = model[index] as Point3;
    const point = points[index] as Point;
    const x = vertex[0] - cx;
    const y = vertex[1] - cy;
    const z = vertex[2] - cz;
    const a = point[0] - ox;
    const b = point[1] - oy;
    xx += x * x;
    xy += x * y;
    xz += x * z;
    yy += y * y;
    yz += y * z;
    zz += z * z;
    ax += a * x;
    ay += a * y;
    az += a * z;
    bx += b * x;
    by += b * y;
    bz += b * z;
    spread += a * a + b * b;
  }
  return {
    model: [
      [xx, xy, xz],
      [xy, yy, yz],
      [xz, yz, zz],
    ],
    cross: [
      [ax, ay, az],
      [bx, by, bz],
    ],
    spread,
  };
}

function meanOf(points: readonly (Point | Point3)[], axis: number): number {
  let sum = 0;
  for (const point of points) sum += point[axis] as number;
  return sum / points.length;
}

/** Rotation by an angle in radians about x, y or z. */
function about(axis: 0 | 1 | 2, angle: number): Rotation {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  if (axis === 0)
    return [
      [1, 0, 0],
      [0, c, -s],
      [0, s, c],
    ];
  if (axis === 1)
    return [
      [c, 0, s],
      [0, 1, 0],
      [-s, 0, c],
    ];
  return [
    [c, -s, 0],
    [s, c, 0],
    [0, 0, 1],
  ];
}

function multiply(a: Rotation, b: Rotation): Rotation {
  const row = ([x, y, z]: Point3): Point3 => [
    x * b[0][0] + y * b[1][0] + z * b[2][0],
    x * b[0][1] + y * b[1][1] + z * b[2][1],
    x * b[0][2] + y * b[1][2] + z * b[2][2],
  ];
  return [row(a[0]), row(a[1]), row(a[2])];
}

function apply(matrix: Rotation, vector: Point3): Point3 {
  return [dot(matrix[0], vector), dot(matrix[1], vector), dot(matrix[2], vector)];
}

function dot(a: Point3, b: Point3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}
