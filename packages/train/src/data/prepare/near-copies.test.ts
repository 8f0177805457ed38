import { createImage, decodeImage, encodeJpeg, type Image, resizeSmoothly, warpAffine } from 'insightface-ts';
import { expect, it } from 'vitest';
import { drawnImage } from '../testing/drawn.js';
import { findNearCopies, thumbnail } from './near-copies.js';

const threshold = 0.975;
const find = (...images: Image[]) => findNearCopies(images.map(thumbnail), threshold);

it('finds a picture that was saved anew', async () => {
  const image = drawnImage([1]);
  const half = resizeSmoothly(resizeSmoothly(image, 56, 56), 112, 112);
  const compressed = await decodeImage(await encodeJpeg(image, 40));
  const brighter = { ...image, data: image.data.map(level => Math.min(255, level * 1.1)) };
  const shifted = warpAffine(image, [1, 0, 0.7, 0, 1, -0.5], 112, 112);
  expect(find(image, half, compressed, brighter, shifted, drawnImage([2]))).toEqual([
    undefined,
    0,
    0,
    0,
    0,
    undefined,
  ]);
});

it('keeps pictures that are alike in light and shade only', () => {
  const shade = (seed: number) => {
    const [soft, detail] = [drawnImage([99], 8, 8), drawnImage([seed])];
    const large = resizeSmoothly(soft, 112, 112);
    return { ...large, data: large.data.map((level, i) => level * 0.85 + detail.data[i]! * 0.15) };
  };
  expect(find(shade(1), shade(2), shade(3))).toEqual([undefined, undefined, undefined]);
});

it('takes empty pictures for nothing', () => {
  expect(find(createImage(112, 112), createImage(112, 112))).toEqual([undefined, undefined]);
});
