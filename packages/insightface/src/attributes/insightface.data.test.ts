import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Box, Point3 } from '../geometry.js';
import { decodeImage } from '../image/decode.js';
import type { Image } from '../image/image.js';
import { toTensor } from '../image/tensor.js';
import { fakeSession, fakeSpec } from '../testing/fake-session.js';
import { bgrSha256, dataImage, golden } from '../testing/golden.js';
import { sharedPath } from '../testing/shared-data.js';
import type { InputSpec } from '../zoo/manifest.js';
import { insightFaceCrop } from './face-crop.js';
import { createGenderAgeModel } from './gender-age.js';
import { createLandmarker } from './landmarker.js';
import { meanShape68 } from './mean-shape.js';
import { estimatePose, rotationOfAffine, rotationOfRows, toPose } from './pose.js';
import type { Rotation } from './rotation-fit.js';

interface Case {
  image: string;
  task: 'landmark_2d_106' | 'landmark_3d_68' | 'genderage';
  box: Box;
  input_size: number;
  blob_mean: number;
  blob_first: number[];
  crop_bgr_sha256: string;
  network_output: number[];
  network_output_last_68_rows: number[][];
  landmarks: number[][];
  pose_pitch_yaw_roll: [number, number, number];
  gender: 0 | 1;
  age: number;
}
interface Transforms {
  P2sRt: { P: number[][]; R: number[][]; angles_degrees: [number, number, number] }[];
  matrix2angle: { R: number[][]; angles_degrees: [number, number, number] }[];
  estimate_affine_matrix_3d23d: { X: Point3[]; Y: Point3[]; P: number[][] }[];
  meanshape_68: { values: number[][] };
  landmark_and_attribute: { cases: Case[] };
}

const truth = golden<Transforms>('transforms.json');
const cases = truth.landmark_and_attribute.cases;
const input: InputSpec = { color: 'rgb', mean: 127.5, std: 128, layout: 'nchw' };
const images = new Map<string, Image>();

beforeAll(async () => {
  images.set('insightface-samples/t1.jpg', await decodeImage(readFileSync(sharedPath('golden/t1_bgr.png'))));
  for (const { image } of cases) if (!images.has(image)) images.set(image, await dataImage(image));
});

/** The uniform generator that made the golden outputs of a network. */
function mulberry32(seed: number, count: number): Float32Array {
  let a = seed;
  return Float32Array.from({ length: count }, () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return 2 * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) - 1;
  });
}

/** A network of the size that answers with known numbers. */
function sessionsOf(size: number, output: Float32Array) {
  return new Map([['model', fakeSession(['n', 3, size, size], ['n', output.length], () => output)]]);
}

function expectAngles(ours: { pitch: number; yaw: number; roll: number }, theirs: readonly number[]): void {
  for (const [index, angle] of [ours.pitch, ours.yaw, ours.roll].entries())
    expect(Math.abs(angle - (theirs[index] ?? Number.NaN))).toBeLessThan(0.01);
}

it("crops for landmark and attribute networks are InsightFace's, byte for byte", () => {
  expect(cases).toHaveLength(6);
  for (const {
    image,
    box,
    input_size: size,
    crop_bgr_sha256: sha,
    blob_mean: mean,
    blob_first: first,
  } of cases) {
    const crop = insightFaceCrop({ image: images.get(image) as Image, bbox: box }, size, 1.5).image;
    expect(bgrSha256(crop)).toBe(sha);
    const { data } = toTensor([crop], input);
    for (const [index, value] of first.entries()) expect(data[index]).toBeCloseTo(value, 5);
    expect(data.reduce((sum, value) => sum + value, 0) / data.length).toBeCloseTo(mean, 5);
  }
});

describe('the Landmark class', () => {
  it.each(cases.filter(({ task }) => task === 'landmark_2d_106'))('106 points of $image', async one => {
    const sessions = sessionsOf(192, mulberry32(31, 212));
    const landmarker = createLandmarker(fakeSpec('landmark', 'landmark2d106', input), sessions);
    const [points] = await landmarker.locate([{ image: images.get(one.image) as Image, bbox: one.box }]);
    expect(points).toHaveLength(106);
    for (const [index, point] of one.landmarks.entries())
      for (const axis of [0, 1])
        expect(Math.abs((points?.[index]?.[axis] ?? Number.NaN) - (point[axis] ?? 0))).toBeLessThan(0.005);
  });

  it.each(cases.filter(({ task }) => task === 'landmark_3d_68'))(
    '68 points in 3-D and pose of $image',
    async one => {
      const output = new Float32Array(3309).fill(9);
      output.set(one.network_output_last_68_rows.flat(), 3309 - 204);
      const landmarker = createLandmarker(
        fakeSpec('landmark', 'landmark3d68', input),
        sessionsOf(192, output),
      );
      const [points] = await landmarker.locate([{ image: images.get(one.image) as Image, bbox: one.box }]);
      expect(points).toHaveLength(68);
      for (const [index, point] of one.landmarks.entries())
        for (const axis of [0, 1, 2])
          expect(Math.abs((points?.[index]?.[axis] ?? Number.NaN) - (point[axis] ?? 0))).toBeLessThan(0.005);
      const none = [0, 0] as const;
      const landmarks = new Map([['landmark3d68', points ?? []] as const]);
      expectAngles(estimatePose({ kps: [none, none, none, none, none], landmarks }), one.pose_pitch_yaw_roll);
    },
  );
});

it.each(cases.filter(({ task }) => task === 'genderage'))('the Attribute class on $image', async one => {
  const sessions = sessionsOf(96, Float32Array.from(one.network_output));
  const model = createGenderAgeModel(fakeSpec('gender-age', 'genderage', input), sessions);
  expect(await model.estimate([{ image: images.get(one.image) as Image, bbox: one.box }])).toEqual([
    { gender: one.gender === 1 ? 'M' : 'F', age: one.age },
  ]);
});

describe('geometry of the pose', () => {
  it("has InsightFace's mean face", () => {
    const theirs = truth.meanshape_68.values.flat();
    expect(meanShape68.flat()).toHaveLength(theirs.length);
    for (const [index, value] of meanShape68.flat().entries())
      expect(value).toBeCloseTo(theirs[index] ?? 0, 5);
  });

  it('is matrix2angle', () => {
    for (const { R, angles_degrees: angles } of truth.matrix2angle) expectAngles(toPose(rows(R)), angles);
  });

  it('is P2sRt', () => {
    for (const { P, R, angles_degrees: angles } of truth.P2sRt) {
      const [row1, row2] = rows(P);
      const rotation = rotationOfRows(row1, row2);
      for (const [i, row] of R.entries())
        for (const [j, value] of row.entries()) expect(rotation[i]?.[j]).toBeCloseTo(value, 4);
      expectAngles(toPose(rotation), angles);
    }
  });

  it('fits the affine map as estimate_affine_matrix_3d23d', () => {
    for (const { X, Y, P } of truth.estimate_affine_matrix_3d23d) {
      const [row1, row2] = rows(P);
      const theirs = rotationOfRows(row1, row2);
      for (const [i, row] of rotationOfAffine(X, Y).entries())
        for (const [j, value] of row.entries()) expect(value).toBeCloseTo(theirs[i]?.[j] ?? Number.NaN, 3);
    }
  });
});

/** Three columns of each row. */
function rows(matrix: number[][]): Rotation {
  const row = ([x = 0, y = 0, z = 0]: number[] = []): Point3 => [x, y, z];
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}
