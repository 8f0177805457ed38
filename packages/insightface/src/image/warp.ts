// Affine warps of 8-bit pixels, bit for bit as OpenCV's cv2.warpAffine (INTER_LINEAR, border 0): positions in 32nds of
// a pixel. Aligned crops then equal InsightFace's byte for byte.
import { InsightFaceError } from '../errors.js';
import type { Affine } from '../geometry.js';
import { createImage, type Image } from './image.js';
import { resizeImage, roundHalfEven } from './resize.js';

export interface WarpOptions {
  /**
   * Average before sampling when the picture shrinks by more than half, instead of skipping pixels. Default false,
   * which is what OpenCV and InsightFace do.
   */
  readonly antiAlias?: boolean;
}

/**
 * Warps the image by a map from source to target pixels, into `width` x `height`; black outside the source.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the map has no inverse.
 */
export function warpAffine(
  image: Image,
  matrix: Affine,
  width: number,
  height: number,
  options: WarpOptions = {},
): Image {
  if (options.antiAlias) {
    const shrink = 1 / Math.sqrt(Math.abs(matrix[0] * matrix[4] - matrix[1] * matrix[3]));
    if (shrink > 2 && Number.isFinite(shrink)) return warpSmaller(image, matrix, width, height, shrink);
  }
  return warpExactly(image, matrix, width, height);
}

function warpExactly(image: Image, matrix: Affine, width: number, height: number): Image {
  const target = createImage(width, height);
  const [m0, m1, b1, m3, m4, b2] = invertAffine(matrix);
  const columnX = new Int32Array(width);
  const columnY = new Int32Array(width);
  for (let x = 0; x < width; x++) {
    columnX[x] = saturate(roundHalfEven(m0 * x * 1024));
    columnY[x] = saturate(roundHalfEven(m3 * x * 1024));
  }
  const { data } = image;
  const out = target.data;
  const stride = image.width * 3;
  const lastX = image.width - 1;
  const lastY = image.height - 1;
  let at = 0;
  for (let y = 0; y < height; y++) {
    const rowX = saturate(roundHalfEven((m1 * y + b1) * 1024)) + 16;
    const rowY = saturate(roundHalfEven((m4 * y + b2) * 1024)) + 16;
    for (let x = 0; x < width; x++, at += 3) {
      const x32 = (rowX + (columnX[x] as number)) >> 5;
      const y32 = (rowY + (columnY[x] as number)) >> 5;
      const left = x32 >> 5;
      const top = y32 >> 5;
      if (left < 0 || top < 0 || left >= lastX || top >= lastY) {
        sampleAtBorder(image, x32, y32, out, at);
        continue;
      }
      const fx = x32 & 31;
      const fy = y32 & 31;
      // Exact: four weights that sum to 32768.
      const w00 = (32 - fx) * (32 - fy) * 32;
      const w01 = fx * (32 - fy) * 32;
      const w10 = (32 - fx) * fy * 32;
      const w11 = fx * fy * 32;
      const a = top * stride + left * 3;
      const b = a + stride;
      out[at] =
        (Math.imul(data[a] as number, w00) +
          Math.imul(data[a + 3] as number, w01) +
          Math.imul(data[b] as number, w10) +
          Math.imul(data[b + 3] as number, w11) +
          16384) >>
        15;
      out[at + 1] =
        (Math.imul(data[a + 1] as number, w00) +
          Math.imul(data[a + 4] as number, w01) +
          Math.imul(data[b + 1] as number, w10) +
          Math.imul(data[b + 4] as number, w11) +
          16384) >>
        15;
      out[at + 2] =
        (Math.imul(data[a + 2] as number, w00) +
          Math.imul(data[a + 5] as number, w01) +
          Math.imul(data[b + 2] as number, w10) +
          Math.imul(data[b + 5] as number, w11) +
          16384) >>
        15;
    }
  }
  return target;
}

/** Bilinear sample at (x, y) in 32nds of a pixel where not all four neighbours are there; outside counts as black. */
function sampleAtBorder(image: Image, x32: number, y32: number, target: Uint8Array, at: number): void {
  const { width, height, data } = image;
  const x = x32 >> 5;
  const y = y32 >> 5;
  if (x < -1 || y < -1 || x >= width || y >= height) return;
  const fx = x32 & 31;
  const fy = y32 & 31;
  const a = (y * width + x) * 3;
  const below = a + width * 3;
  const left = x >= 0;
  const right = x + 1 < width;
  const top = y >= 0;
  const bottom = y + 1 < height;
  for (let c = 0; c < 3; c++) {
    let sum = 16384;
    if (top && left) sum += (data[a + c] as number) * (32 - fx) * (32 - fy) * 32;
    if (top && right) sum += (data[a + 3 + c] as number) * fx * (32 - fy) * 32;
    if (bottom && left) sum += (data[below + c] as number) * (32 - fx) * fy * 32;
    if (bottom && right) sum += (data[below + 3 + c] as number) * fx * fy * 32;
    target[at + c] = sum >> 15;
  }
}

/** Cuts out what the crop sees, averages it down by whole pixels, and warps the rest of the way. */
function warpSmaller(image: Image, matrix: Affine, width: number, height: number, shrink: number): Image {
  const inverse = invertAffine(matrix);
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].map(([x = 0, y = 0]) => [
    inverse[0] * x + inverse[1] * y + inverse[2],
    inverse[3] * x + inverse[4] * y + inverse[5],
  ]);
  const xs = corners.map(([x = 0]) => x);
  const ys = corners.map(([, y = 0]) => y);
  const left = Math.max(0, Math.floor(Math.min(...xs)) - 2);
  const top = Math.max(0, Math.floor(Math.min(...ys)) - 2);
  const right = Math.min(image.width, Math.ceil(Math.max(...xs)) + 3);
  const bottom = Math.min(image.height, Math.ceil(Math.max(...ys)) + 3);
  const factor = Math.floor(shrink);
  if (right - left < factor || bottom - top < factor) return warpExactly(image, matrix, width, height);
  const small = averageBlocks(image, left, top, right, bottom, factor);
  // Pixel centres: a small pixel's centre lies at factor * x + (factor - 1) / 2 of the cut-out.
  const shift = (factor - 1) / 2;
  const [a, b, tx, c, d, ty] = matrix;
  const offsetX = left + shift;
  const offsetY = top + shift;
  return warpExactly(
    small,
    [
      a * factor,
      b * factor,
      a * offsetX + b * offsetY + tx,
      c * factor,
      d * factor,
      c * offsetX + d * offsetY + ty,
    ],
    width,
    height,
  );
}

function averageBlocks(
  image: Image,
  left: number,
  top: number,
  right: number,
  bottom: number,
  factor: number,
): Image {
  const width = Math.floor((right - left) / factor);
  const height = Math.floor((bottom - top) / factor);
  const { data } = image;
  const small = createImage(width, height);
  const target = small.data;
  const count = factor * factor;
  const blockRow = factor * 3;
  const toNextRow = image.width * 3 - blockRow;
  for (let y = 0, to = 0; y < height; y++) {
    let block = ((top + y * factor) * image.width + left) * 3;
    for (let x = 0; x < width; x++, to += 3, block += blockRow) {
      let red = count >> 1;
      let green = red;
      let blue = red;
      for (let row = 0, from = block; row < factor; row++, from += toNextRow)
        for (const end = from + blockRow; from < end; from += 3) {
          red += data[from] as number;
          green += data[from + 1] as number;
          blue += data[from + 2] as number;
        }
      target[to] = red / count;
      target[to + 1] = green / count;
      target[to + 2] = blue / count;
    }
  }
  return small;
}

/**
 * The inverse map.
 * @throws InsightFaceError `INVALID_ARGUMENT` when there is none.
 */
export function invertAffine(matrix: Affine): Affine {
  const [a, b, tx, c, d, ty] = matrix;
  const determinant = a * d - b * c;
  if (determinant === 0 || !Number.isFinite(determinant))
    throw new InsightFaceError('INVALID_ARGUMENT', `The map [${matrix.join(', ')}] has no inverse.`);
  const scale = 1 / determinant;
  // The order of operations is OpenCV's: the last bit decides which 32nd of a pixel is sampled.
  const i0 = d * scale;
  const i4 = a * scale;
  const i1 = b * -scale;
  const i3 = c * -scale;
  return [i0, i1, -i0 * tx - i1 * ty, i3, i4, -i3 * tx - i4 * ty];
}

function saturate(value: number): number {
  return Math.max(-(2 ** 30), Math.min(2 ** 30, value));
}

/** Cuts out a box that may reach outside (black there), and resizes it to `width` x `height`. */
export function cropBox(
  image: Image,
  box: readonly [x1: number, y1: number, x2: number, y2: number],
  width: number,
  height: number,
): Image {
  const x1 = Math.round(box[0]);
  const y1 = Math.round(box[1]);
  const cutWidth = Math.max(1, Math.min(Math.round(box[2]) - x1, image.width * 4));
  const cutHeight = Math.max(1, Math.min(Math.round(box[3]) - y1, image.height * 4));
  const cut = createImage(cutWidth, cutHeight);
  const left = Math.max(0, x1);
  const right = Math.min(image.width, x1 + cutWidth);
  if (right > left)
    for (let y = Math.max(0, y1); y < Math.min(image.height, y1 + cutHeight); y++)
      cut.data.set(
        image.data.subarray((y * image.width + left) * 3, (y * image.width + right) * 3),
        ((y - y1) * cutWidth + left - x1) * 3,
      );
  return resizeSmoothly(cut, width, height);
}

/** Like {@link resizeImage}, but averages first when the picture shrinks by more than half. */
export function resizeSmoothly(image: Image, width: number, height: number): Image {
  const factor = Math.floor(Math.min(image.width / width, image.height / height));
  const source = factor >= 2 ? averageBlocks(image, 0, 0, image.width, image.height, factor) : image;
  return resizeImage(source, width, height);
}
