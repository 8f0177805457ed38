import { describe, expect, it } from 'vitest';
import { createImage, flipImage, imageFromPixels, type QuarterTurn, rotateImage } from './index.js';

/** Every pixel tells its place. */
function marked(width: number, height: number) {
  const image = createImage(width, height);
  for (let index = 0; index < width * height; index++)
    image.data.set([index % width, Math.floor(index / width), (index * 7) & 255], index * 3);
  return image;
}

describe('rotateImage', () => {
  it.each([
    [90, 70, 45, (x: number, y: number) => [44 - y, x]],
    [180, 45, 70, (x: number, y: number) => [44 - x, 69 - y]],
    [270, 70, 45, (x: number, y: number) => [y, 69 - x]],
  ] as const)('moves every pixel to its place: %i degrees clockwise', (turn, width, height, place) => {
    const image = marked(width, height);
    const turned = rotateImage(image, turn);
    expect([turned.width, turned.height]).toEqual(turn === 180 ? [width, height] : [height, width]);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const [toX = 0, toY = 0] = place(x, y);
        const at = (toY * turned.width + toX) * 3;
        expect(turned.data.subarray(at, at + 3)).toEqual(
          image.data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
        );
      }
  });

  it('comes back after four quarters, in any order', () => {
    const image = marked(37, 90);
    const turns: QuarterTurn[] = [90, 180, 90];
    expect(turns.reduce(rotateImage, image)).toEqual(image);
    expect(rotateImage(rotateImage(image, 270), 90)).toEqual(image);
  });
});

it('flipImage mirrors left and right', () => {
  const image = marked(5, 3);
  const flipped = flipImage(image);
  expect(Array.from(flipped.data.subarray(0, 3))).toEqual([4, 0, 28]);
  expect(flipImage(flipped)).toEqual(image);
});

it('imageFromPixels drops alpha, repeats grey, and refuses what does not fit', () => {
  const rgba = imageFromPixels({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 99) });
  expect(Array.from(rgba.data)).toEqual([1, 2, 3]);
  const grey = imageFromPixels({ width: 2, height: 1, data: Uint8Array.of(7, 8) });
  expect(Array.from(grey.data)).toEqual([7, 7, 7, 8, 8, 8]);
  expect(() => imageFromPixels({ width: 2, height: 1, data: Uint8Array.of(7) })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});
