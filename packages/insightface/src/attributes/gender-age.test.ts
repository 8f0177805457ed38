import { expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import type { Tensor } from '../runtime/session.js';
import { fakeSession, fakeSpec } from '../testing/fake-session.js';
import type { InputSpec } from '../zoo/manifest.js';
import { createGenderAgeModel } from './gender-age.js';

const face = { image: createImage(80, 80), bbox: [10, 10, 60, 70] as const };

/** HSE-FaceRes as a stub: descriptor, ages and gender for each picture. */
function faceres(answers: { male: number; years: number[] }[]) {
  const input: InputSpec = { color: 'bgr', mean: [103.939, 116.779, 123.68], std: 1, layout: 'nhwc' };
  const session = {
    ...fakeSession(['n', 224, 224, 3], [], () => []),
    outputs: [
      { name: 'descriptor', dims: ['n', 1024] },
      { name: 'age', dims: ['n', 100] },
      { name: 'gender', dims: ['n', 1] },
    ],
    run: async ({ input: tensor }: Readonly<Record<string, Tensor>>) => {
      const batch = answers.splice(0, tensor?.dims[0] ?? 0);
      return {
        descriptor: { data: new Float32Array(batch.length * 1024), dims: [batch.length, 1024] },
        age: { data: Float32Array.from(batch.flatMap(({ years }) => years)), dims: [batch.length, 100] },
        gender: { data: Float32Array.from(batch.map(({ male }) => male)), dims: [batch.length, 1] },
      };
    },
  };
  return createGenderAgeModel(fakeSpec('gender-age', 'faceres', input), new Map([['model', session]]));
}

it('faceres: expectation and middle 80 % of the ages, gender with its probability', async () => {
  const even = Array.from({ length: 100 }, (_, year) => (year >= 20 && year < 40 ? 0.05 : 0));
  const sharp = Array.from({ length: 100 }, (_, year) => (year === 63 ? 1 : 0));
  const [first, second] = await faceres([
    { male: 0.8, years: even },
    { male: 0.1, years: sharp },
  ]).estimate([face, face]);
  expect(first?.gender).toBe('M');
  expect(first?.genderScore).toBeCloseTo(0.8, 6);
  expect(first?.age).toBeCloseTo(29.5, 4);
  // 20 bins from 19.5 to 39.5 years, each of 5 %.
  expect(first?.ageRange?.[0]).toBeCloseTo(21.5, 4);
  expect(first?.ageRange?.[1]).toBeCloseTo(37.5, 4);
  expect(second?.gender).toBe('F');
  expect(second?.genderScore).toBeCloseTo(0.9, 6);
  expect(second?.age).toBeCloseTo(63, 4);
  expect(second?.ageRange?.[0]).toBeGreaterThanOrEqual(62.5);
  expect(second?.ageRange?.[1]).toBeLessThanOrEqual(63.5);
});

it('genderage: the larger score, and age as InsightFace rounds it', async () => {
  const input: InputSpec = { color: 'rgb', mean: 127.5, std: 128, layout: 'nchw' };
  const answers = [
    [0.2, -0.1, 0.3456],
    [-1.5, 0.7, 0.625],
  ];
  const session = fakeSession(['n', 3, 96, 96], ['n', 3], () => answers.shift() ?? []);
  const model = createGenderAgeModel(
    fakeSpec('gender-age', 'genderage', input),
    new Map([['model', session]]),
  );
  expect(await model.estimate([face, face])).toEqual([
    { gender: 'F', age: 35 },
    { gender: 'M', age: 62 },
  ]);
});

it('refuses a network with other outputs', async () => {
  const input: InputSpec = { color: 'rgb', mean: 0, std: 1, layout: 'nchw' };
  const session = fakeSession(['n', 3, 96, 96], ['n', 5], () => [1, 2, 3, 4, 5]);
  const model = createGenderAgeModel(
    fakeSpec('gender-age', 'genderage', input),
    new Map([['model', session]]),
  );
  await expect(model.estimate([face])).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});
