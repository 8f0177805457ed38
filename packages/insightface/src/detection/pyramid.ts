// A picture at falling sizes, each resized from the one before, so that small crops and small copies are averaged, not
// sampled with gaps.
import { createImage, type Image } from '../image/image.js';
import { resizeImage } from '../image/resize.js';

/** A copy of the picture; `scaleX` and `scaleY` are its pixels for one pixel of the first level. */
export interface PyramidLevel {
  readonly image: Image;
  readonly scaleX: number;
  readonly scaleY: number;
}

/** The picture itself, then copies at `first`, `first * factor`, ... while both sides have `leastSide` pixels. */
export function buildPyramid(image: Image, first: number, factor: number, leastSide: number): PyramidLevel[] {
  const levels: PyramidLevel[] = [{ image, scaleX: 1, scaleY: 1 }];
  let previous = image;
  for (let scale = first; Math.min(image.width, image.height) * scale >= leastSide; scale *= factor) {
    previous = shrinkImage(previous, Math.ceil(image.width * scale), Math.ceil(image.height * scale));
    levels.push({
      image: previous,
      scaleX: previous.width / image.width,
      scaleY: previous.height / image.height,
    });
  }
  return levels;
}

/** Resizes by halves first where the picture shrinks to less than half: every source pixel then counts. */
export function shrinkImage(image: Image, width: number, height: number): Image {
  let current = image;
  while (current.width >= width * 2 && current.height >= height * 2)
    current = resizeImage(current, Math.ceil(current.width / 2), Math.ceil(current.height / 2));
  return resizeImage(current, width, height);
}

/** Swaps rows and columns. */
export function transposeImage({ width, height, data }: Image): Image {
  const turned = createImage(height, width);
  const target = turned.data;
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0, to = y * 3; x < width; x++, from += 3, to += height * 3) {
      target[to] = data[from] as number;
      target[to + 1] = data[from + 1] as number;
      target[to + 2] = data[from + 2] as number;
    }
  return turned;
}

/**
 * The part of the picture between x1, y1 and x2, y2 (edges, in pixels of the first level) as a square of `side` pixels,
 * bilinear; black outside the picture. Taken from the smallest copy that still shows every pixel of the square.
 */
export function cropSquare(
  levels: readonly PyramidLevel[],
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  side: number,
): Image {
  const level = levels.findLast(({ scaleX }) => (x2 - x1) * scaleX >= side) ?? levels[0];
  const target = createImage(side, side);
  if (!level) return target;
  const { image, scaleX, scaleY } = level;
  const stepX = ((x2 - x1) * scaleX) / side;
  const stepY = ((y2 - y1) * scaleY) / side;
  for (let row = 0, at = 0; row < side; row++) {
    const y = y1 * scaleY + (row + 0.5) * stepY - 0.5;
    const top = Math.floor(y);
    for (let column = 0; column < side; column++, at += 3) {
      const x = x1 * scaleX + (column + 0.5) * stepX - 0.5;
      blend(image, x, y, Math.floor(x), top, target.data, at);
    }
  }
  return target;
}

function blend(
  { width, height, data }: Image,
  x: number,
  y: number,
  left: number,
  top: number,
  target: Uint8Array,
  at: number,
): void {
  const right = x - left;
  const down = y - top;
  let red = 0.5;
  let green = 0.5;
  let blue = 0.5;
  for (let corner = 0; corner < 4; corner++) {
    const column = left + (corner & 1);
    const row = top + (corner >> 1);
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const weight = (corner & 1 ? right : 1 - right) * (corner & 2 ? down : 1 - down);
    const from = (row * width + column) * 3;
    red += weight * (data[from] as number);
    green += weight * (data[from + 1] as number);
    blue += weight * (data[from + 2] as number);
  }
  target[at] = red;
  target[at + 1] = green;
  target[at + 2] = blue;
}
