import { describe, expect, it } from 'vitest';
import type { Affine, FivePoints, Point } from '../geometry.js';
import { invertAffine } from '../image/warp.js';
import { golden } from '../testing/golden.js';
import { cropTransform } from './align.js';
import { estimateNorm, transformPoints, umeyama } from './index.js';

interface Alignment {
  faces: ({ image: string; points: FivePoints } & Record<string, number[][]>)[];
  umeyama: {
    case: string;
    src: number[][];
    dst: number[][];
    params: (number | string)[][];
    scale: number | string;
  }[];
}
interface Transforms {
  transform: {
    center: [number, number];
    output_size: number;
    scale: number;
    rotation_degrees: number;
    M: number[][];
    inverse: number[][];
  }[];
  trans_points: { M: number[][]; points2d: Point[]; result2d: Point[] }[];
}
const { faces, umeyama: cases } = golden<Alignment>('alignment.json');
const transforms = golden<Transforms>('transforms.json');
function flat(matrix: number[][]): Affine {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = matrix.flat();
  return [a, b, c, d, e, f];
}

describe('estimateNorm', () => {
  it('puts all 72 faces within a thousandth of a pixel of InsightFace', () => {
    expect(faces).toHaveLength(72);
    for (const face of faces)
      for (const size of [112, 128, 224, 256]) {
        const truth = face[`M${size}`];
        if (!truth) continue;
        const ours = transformPoints(face.points, estimateNorm(face.points, size));
        const theirs = transformPoints(face.points, flat(truth));
        for (const [index, [x, y]] of ours.entries()) {
          const [tx, ty] = theirs[index] as Point;
          // The figures in the file have six digits: half a unit of the last one, on offsets up to 1,000 pixels.
          expect(Math.hypot(x - tx, y - ty), `${face.image} ${size}`).toBeLessThan(0.012);
        }
      }
  });
});

describe('umeyama', () => {
  it.each(cases)('$case', ({ src, dst, params, scale }) => {
    if (params.flat().includes('NaN')) {
      expect(() => umeyama(src, dst)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
      return;
    }
    const ours = umeyama(src, dst);
    const size = src[0]?.length ?? 0;
    // scikit-image's `scale` property holds in two dimensions only; in three its `params` tell.
    if (size === 2) expect(ours.scale).toBeCloseTo(Number(scale), 4);
    for (let row = 0; row < size; row++)
      for (let column = 0; column <= size; column++) {
        const theirs = Number(params[row]?.[column]);
        const value =
          column === size ? ours.translation[row] : ours.scale * (ours.rotation[row]?.[column] ?? Number.NaN);
        expect(Math.abs((value ?? Number.NaN) - theirs)).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(theirs)) + 1e-5,
        );
      }
  });
});

describe('crops for landmark and attribute models', () => {
  it("have InsightFace's transform and inverse", () => {
    for (const truth of transforms.transform) {
      const { center, output_size: size, scale, rotation_degrees: rotation } = truth;
      const matrix = cropTransform({ center, size, scale, rotation });
      for (const [at, value] of matrix.entries())
        expect(Math.abs(value - (truth.M.flat()[at] ?? 0))).toBeLessThan(1e-5 * Math.abs(value) + 1e-5);
      for (const [at, value] of invertAffine(matrix).entries())
        expect(Math.abs(value - (truth.inverse.flat()[at] ?? 0))).toBeLessThan(1e-5 * Math.abs(value) + 1e-5);
    }
  });

  it('move points as InsightFace does', () => {
    for (const { M, points2d, result2d } of transforms.trans_points)
      for (const [index, [x, y]] of transformPoints(points2d, flat(M)).entries()) {
        expect(x).toBeCloseTo(result2d[index]?.[0] ?? 0, 1);
        expect(y).toBeCloseTo(result2d[index]?.[1] ?? 0, 1);
      }
  });
});
