// Pixels in other layouts, mirrored or turned.
import { InsightFaceError } from '../errors.js';
import { createImage, type Image } from './image.js';

/** Pixels with 1 (grey), 3 (RGB) or 4 (RGBA) bytes each, row-major; a browser's ImageData has 4. */
export interface PixelSource {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** JavaScript callers hand in anything. */
export function isPixelSource(input: unknown): input is PixelSource {
  const { width, height, data } = (input ?? {}) as Partial<Record<keyof PixelSource, unknown>>;
  const isBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  return typeof width === 'number' && typeof height === 'number' && isBytes;
}

/**
 * Brings pixels to RGB; alpha is dropped without blending. What comes back is a copy.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the sizes do not fit.
 */
export function imageFromPixels({ width, height, data }: PixelSource): Image {
  const channels = data.length / (width * height);
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${width}x${height} pixels need 1, 3 or 4 bytes each, but ${data.length} bytes were given.`,
    );
  if (channels === 3) return createImage(width, height, new Uint8Array(data));
  const image = createImage(width, height);
  const step = channels === 1 ? 0 : 1;
  for (let from = 0, to = 0; to < image.data.length; from += channels, to += 3) {
    image.data[to] = data[from] as number;
    image.data[to + 1] = data[from + step] as number;
    image.data[to + 2] = data[from + 2 * step] as number;
  }
  return image;
}

/** Mirrors left and right. */
export function flipImage(image: Image): Image {
  const { width, height, data } = image;
  const flipped = createImage(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      flipped.data[to] = data[from] as number;
      flipped.data[to + 1] = data[from + 1] as number;
      flipped.data[to + 2] = data[from + 2] as number;
    }
  return flipped;
}

/** Copies a picture into a larger one, with its top left corner at (left, top). */
export function pasteImage(source: Image, target: Image, left = 0, top = 0): void {
  for (let y = 0; y < source.height; y++)
    target.data.set(
      source.data.subarray(y * source.width * 3, (y + 1) * source.width * 3),
      ((top + y) * target.width + left) * 3,
    );
}

/** Degrees by which a picture is turned clockwise. */
export type QuarterTurn = 0 | 90 | 180 | 270;

/** Side of the blocks a picture is turned in: what is read and what is written both stay in the cache. */
const block = 32;

/** Turns the picture clockwise. */
export function rotateImage(image: Image, turn: QuarterTurn): Image {
  if (turn === 0) return image;
  const { width, height, data } = image;
  const sideways = turn !== 180;
  const turned = createImage(sideways ? height : width, sideways ? width : height);
  const target = turned.data;
  // Where the first pixel goes, and how far its neighbours to the right and below go from there.
  const row = turned.width * 3;
  const [start, right, below] =
    turn === 90
      ? [row - 3, row, -3]
      : turn === 180
        ? [target.length - 3, -3, -row]
        : [target.length - row, -row, 3];
  for (let top = 0; top < height; top += block)
    for (let left = 0; left < width; left += block) {
      const bottom = Math.min(top + block, height);
      const columns = Math.min(block, width - left);
      for (let y = top; y < bottom; y++) {
        let from = (y * width + left) * 3;
        let to = start + left * right + y * below;
        for (let x = 0; x < columns; x++, from += 3, to += right) {
          target[to] = data[from] as number;
          target[to + 1] = data[from + 1] as number;
          target[to + 2] = data[from + 2] as number;
        }
      }
    }
  return turned;
}
