import { expect, test } from 'vitest';
import { decodeImage } from './decode.js';

const file = (header: string, samples: number[]) =>
  Buffer.concat([Buffer.from(header), Buffer.from(samples)]);
const pixels = async (header: string, samples: number[]) => [
  ...(await decodeImage(file(header, samples))).data,
];

test('grey is repeated in three channels, colour stays', async () => {
  expect(await pixels('P5\n2 1\n255\n', [7, 200])).toEqual([7, 7, 7, 200, 200, 200]);
  expect(await pixels('P6 1 1 255 ', [1, 2, 3])).toEqual([1, 2, 3]);
});

test('comments, other depths, and two bytes a sample', async () => {
  expect(await pixels('P5 # made by hand\n# again\n1 2\n15\n', [0, 15])).toEqual([0, 0, 0, 255, 255, 255]);
  expect(await pixels('P5\n1 1\n65535\n', [0x80, 0x80])).toEqual([128, 128, 128]);
});

test('damage is told, and a header that promises too much', async () => {
  for (const [header, samples] of [
    ['P5\n2 2\n255\n', [1, 2, 3]],
    ['P5\n2 -1\n255\n', [1, 2]],
    ['P5\n0 0\n255\n', []],
    ['P6\n1 1', []],
    ['P5\n1 1\n0\n', [0]],
  ] as const)
    await expect(decodeImage(file(header, [...samples]))).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  await expect(decodeImage(file('P5\n99999 99999\n255\n', []))).rejects.toMatchObject({
    code: 'IMAGE_TOO_LARGE',
  });
});
