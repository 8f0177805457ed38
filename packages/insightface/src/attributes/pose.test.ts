import { describe, expect, it } from 'vitest';
import type { Point, Point3 } from '../geometry.js';
import type { LandmarkKind, Landmarks } from './attribute-model.js';
import { fivePoints } from './five-points.js';
import { indicesOf68 } from './landmark-parts.js';
import { meanShape68 } from './mean-shape.js';
import { estimatePose } from './pose.js';

/** What turning a head does, said in words and applied one after the other. */
function turned({ pitch, yaw, roll }: { pitch: number; yaw: number; roll: number }): Point3[] {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  return meanShape68.map(([x0, y0, z0]) => {
    // Looking up moves what is near the camera up: y falls where z is large.
    const [y1, z1] = rotate(y0, z0, radians(pitch));
    // Turning to the image's right moves what is near the camera right: x grows where z is large.
    const [z2, x2] = rotate(z1, x0, radians(yaw));
    // Tilting clockwise brings what is right of the middle down.
    const [x3, y3] = rotate(x2, y1, radians(roll));
    return [300 + 120 * x3, 200 + 120 * y3, 120 * z2];
  });
}

function rotate(a: number, b: number, angle: number): [number, number] {
  return [a * Math.cos(angle) - b * Math.sin(angle), a * Math.sin(angle) + b * Math.cos(angle)];
}

const flat = (points: readonly Point3[]) => points.map(([x, y]): Point => [x, y]);

/** The 68 points where another set has them; the rest of that set is of no account. */
function inSet(kind: LandmarkKind, size: number, points: readonly (Point | Point3)[]): Landmarks {
  const set: (Point | Point3)[] = Array.from({ length: size }, () => [0, 0, 0]);
  for (const [index, at] of indicesOf68[kind].entries()) set[at] = points[index] as Point;
  return set as Landmarks;
}

const angles = [
  { pitch: 0, yaw: 0, roll: 0 },
  { pitch: 25, yaw: 0, roll: 0 },
  { pitch: -30, yaw: 0, roll: 0 },
  { pitch: 0, yaw: 40, roll: 0 },
  { pitch: 0, yaw: -55, roll: 0 },
  { pitch: 0, yaw: 0, roll: 70 },
  { pitch: 0, yaw: 0, roll: -170 },
  { pitch: 12, yaw: -33, roll: 21 },
];
const sets: [LandmarkKind, number, boolean][] = [
  ['landmark3d68', 68, true],
  ['landmark468', 468, true],
  ['landmark68', 68, false],
  ['landmark98', 98, false],
  ['landmark2d106', 106, false],
];

describe.each(angles)('a head turned by %o', truth => {
  const points = turned(truth);
  const kps = fivePoints('landmark3d68', points);

  it.each(sets)('is measured from %s', (kind, size, deep) => {
    const landmarks = new Map([[kind, inSet(kind, size, deep ? points : flat(points))]]);
    const pose = estimatePose({ kps, landmarks });
    for (const angle of ['pitch', 'yaw', 'roll'] as const) expect(pose[angle]).toBeCloseTo(truth[angle], 2);
  });
});

it('five points alone tell the pose to within 15 degrees, and its direction always', () => {
  for (const truth of angles) {
    const pose = estimatePose({ kps: fivePoints('landmark3d68', turned(truth)) });
    expect(Math.abs(pose.yaw - truth.yaw)).toBeLessThan(15);
    expect(Math.abs(pose.roll - truth.roll)).toBeLessThan(5);
    if (truth.yaw !== 0) expect(Math.sign(pose.yaw)).toBe(Math.sign(truth.yaw));
  }
});

it('prefers the set that tells most', () => {
  const deep = turned({ pitch: 5, yaw: 10, roll: 15 });
  const other = turned({ pitch: 0, yaw: 0, roll: 0 });
  const pose = estimatePose({
    kps: fivePoints('landmark3d68', other),
    landmarks: new Map<LandmarkKind, Landmarks>([
      ['landmark68', flat(other)],
      ['landmark3d68', deep],
    ]),
  });
  expect(pose.roll).toBeCloseTo(15, 3);
});
