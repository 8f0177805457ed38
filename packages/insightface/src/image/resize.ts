// Bilinear resizing of 8-bit pixels, bit for bit as OpenCV's cv2.resize (INTER_LINEAR) does it: fixed point with 11
// bits of weight an axis. Detections then equal those of InsightFace to the last digit.
import { createImage, type Image } from './image.js';

/** Fixed-point taps of one axis: where both neighbours are, and their weights x 2048, for each target pixel. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly firstWeight: Int32Array;
  readonly secondWeight: Int32Array;
}

/** Resizes to exactly `width` x `height`. An image that has the size already is returned as it is. */
export function resizeImage(image: Image, width: number, height: number): Image {
  if (image.width === width && image.height === height) return image;
  const target = createImage(width, height);
  if (image.width === width * 2 && image.height === height * 2) halve(image, target);
  else resizeInto(image, target.data, width, height, width);
  return target;
}

/** Writes the image, resized to `width` x `height`, into the top left of pixels that are `stride` wide. */
export function resizeInto(
  image: Image,
  target: Uint8Array,
  width: number,
  height: number,
  stride: number,
): void {
  const columns = axisTaps(image.width, width, true);
  const rows = axisTaps(image.height, height, false);
  // Horizontal sums of the two source rows at hand; a row is computed once and used for several target rows.
  let upper = new Int32Array(width * 3);
  let lower = new Int32Array(width * 3);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0; y < height; y++) {
    const first = rows.first[y] ?? 0;
    const second = rows.second[y] ?? 0;
    if (first !== upperRow && first === lowerRow) {
      [upper, lower] = [lower, upper];
      upperRow = lowerRow;
      lowerRow = -1;
    }
    if (first !== upperRow) {
      sumRow(image, first, columns, upper);
      upperRow = first;
    }
    if (second !== lowerRow) {
      sumRow(image, second, columns, lower);
      lowerRow = second;
    }
    blendRows(upper, lower, rows.firstWeight[y] ?? 0, rows.secondWeight[y] ?? 0, target, y * stride * 3);
  }
}

function blendRows(
  upper: Int32Array,
  lower: Int32Array,
  weightUpper: number,
  weightLower: number,
  target: Uint8Array,
  offset: number,
): void {
  const length = upper.length;
  for (let at = 0; at < length; at++)
    target[offset + at] =
      ((Math.imul(weightUpper, upper[at] as number) >> 16) +
        (Math.imul(weightLower, lower[at] as number) >> 16) +
        2) >>
      2;
}

/** Weighted sums of neighbours in a row, without their last 4 bits. */
function sumRow(image: Image, row: number, taps: Taps, sums: Int32Array): void {
  const { data } = image;
  const start = row * image.width * 3;
  const { first, second, firstWeight, secondWeight } = taps;
  const count = first.length;
  for (let x = 0, at = 0; x < count; x++, at += 3) {
    const a = start + (first[x] as number);
    const b = start + (second[x] as number);
    const wa = firstWeight[x] as number;
    const wb = secondWeight[x] as number;
    sums[at] = (Math.imul(data[a] as number, wa) + Math.imul(data[b] as number, wb)) >> 4;
    sums[at + 1] = (Math.imul(data[a + 1] as number, wa) + Math.imul(data[b + 1] as number, wb)) >> 4;
    sums[at + 2] = (Math.imul(data[a + 2] as number, wa) + Math.imul(data[b + 2] as number, wb)) >> 4;
  }
}

function axisTaps(source: number, target: number, isColumn: boolean): Taps {
  const first = new Int32Array(target);
  const second = new Int32Array(target);
  const firstWeight = new Int32Array(target);
  const secondWeight = new Int32Array(target);
  // Columns are counted in bytes of a row, rows in rows.
  const unit = isColumn ? 3 : 1;
  const scale = 1 / (target / source);
  for (let i = 0; i < target; i++) {
    const position = Math.fround((i + 0.5) * scale - 0.5);
    let index = Math.floor(position);
    let fraction = Math.fround(position - index);
    // OpenCV pins columns at the border to it, but lets the weights of rows run on; both rows are then the same.
    if (isColumn && index < 0) [index, fraction] = [0, 0];
    if (isColumn && index >= source - 1) [index, fraction] = [source - 1, 0];
    first[i] = clamp(index, source) * unit;
    second[i] = clamp(index + 1, source) * unit;
    firstWeight[i] = roundHalfEven(Math.fround(1 - fraction) * 2048);
    secondWeight[i] = roundHalfEven(fraction * 2048);
  }
  return { first, second, firstWeight, secondWeight };
}

/** OpenCV has a way of its own for exact halves: the rounded mean of each 2x2 block. */
function halve(image: Image, target: Image): void {
  const { data } = image;
  const stride = image.width * 3;
  for (let y = 0, at = 0; y < target.height; y++)
    for (let x = 0; x < target.width; x++)
      for (let channel = 0; channel < 3; channel++, at++) {
        const a = 2 * y * stride + 2 * x * 3 + channel;
        const sum =
          (data[a] as number) +
          (data[a + 3] as number) +
          (data[a + stride] as number) +
          (data[a + stride + 3] as number);
        target.data[at] = (sum + 2) >> 2;
      }
}

function clamp(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
