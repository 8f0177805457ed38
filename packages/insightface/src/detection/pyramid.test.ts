import { describe, expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { buildPyramid, cropSquare, shrinkImage, transposeImage } from './pyramid.js';

/** Brightness rises by 2 a column and 1 a row: bilinear samples of it are exact. */
function ramp(width: number, height: number) {
  const image = createImage(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) image.data.fill(2 * x + y, (y * width + x) * 3, (y * width + x + 1) * 3);
  return image;
}

describe('cropSquare', () => {
  it('samples between edges', () => {
    const levels = buildPyramid(ramp(80, 60), 0.5, 0.7, 12);
    const crop = cropSquare(levels, [10, 20, 34, 44], 24);
    for (let row = 0; row < 24; row++)
      for (let column = 0; column < 24; column++)
        expect(crop.data[(row * 24 + column) * 3]).toBe(2 * (10 + column) + 20 + row);
  });

  it('takes large squares from a smaller copy, at the same place', () => {
    const image = ramp(80, 60);
    const levels = buildPyramid(image, 0.5, 0.7, 12);
    const crop = cropSquare(levels, [4, 4, 52, 52], 12);
    for (const at of [2, 6, 9])
      expect(Math.abs((crop.data[(at * 12 + at) * 3] ?? 0) - 3 * (4 + (at + 0.5) * 4 - 0.5))).toBeLessThan(3);
  });

  it('is black outside the picture, wherever it lies', () => {
    const levels = buildPyramid(ramp(40, 40), 0.5, 0.7, 12);
    expect(cropSquare(levels, [500, 500, 524, 524], 24).data.every(value => value === 0)).toBe(true);
    expect(cropSquare(levels, [-1e12, -1e12, 1e12, 1e12], 24).data.length).toBe(24 * 24 * 3);
    expect(cropSquare(levels, [Number.NaN, 0, 5, 5], 24).data.length).toBe(24 * 24 * 3);
  });
});

it('a pyramid falls by its factor until its least side', () => {
  const levels = buildPyramid(ramp(100, 50), 0.6, 0.5, 12);
  expect(levels.map(({ image }) => [image.width, image.height])).toEqual([
    [100, 50],
    [60, 30],
    [30, 15],
  ]);
});

it('shrinking keeps the mean of fine patterns', () => {
  const stripes = createImage(400, 400);
  for (let at = 0; at < stripes.data.length; at++) stripes.data[at] = Math.floor(at / 3) % 2 === 0 ? 0 : 200;
  for (const value of shrinkImage(stripes, 37, 37).data) expect(Math.abs(value - 100)).toBeLessThan(12);
});

it('transposing swaps rows and columns', () => {
  const image = ramp(5, 3);
  const swapped = transposeImage(image);
  expect([swapped.width, swapped.height]).toEqual([3, 5]);
  expect(swapped.data[(4 * 3 + 2) * 3]).toBe(image.data[(2 * 5 + 4) * 3]);
  expect(transposeImage(swapped)).toEqual(image);
});
