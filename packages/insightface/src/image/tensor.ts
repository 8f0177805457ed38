// From pixels to what a network reads.
import { InsightFaceError } from '../errors.js';
import type { Tensor } from '../runtime/session.js';
import type { InputSpec } from '../zoo/manifest.js';
import type { Image } from './image.js';

export type TensorSpec = Pick<InputSpec, 'color' | 'mean' | 'std' | 'layout'>;

/**
 * A batch of pictures of one size as floats, `[N, C, H, W]` or `[N, H, W, C]`: (x - mean) / std.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the pictures differ in size or there is none.
 */
export function toTensor(images: readonly Image[], spec: TensorSpec): Tensor {
  const [first] = images;
  if (!first) throw new InsightFaceError('INVALID_ARGUMENT', 'A batch needs at least one picture.');
  const { width, height } = first;
  if (images.some(image => image.width !== width || image.height !== height))
    throw new InsightFaceError('INVALID_ARGUMENT', 'All pictures of a batch have the same size.');
  const channels = spec.color === 'grey' ? 1 : 3;
  const plane = width * height;
  const data = new Float32Array(images.length * channels * plane);
  const tables = Array.from({ length: channels }, (_, channel) => levelTable(spec, channel));
  for (const [index, image] of images.entries()) {
    const target = data.subarray(index * channels * plane, (index + 1) * channels * plane);
    if (spec.color === 'grey') fillGrey(image, tables[0] as Float32Array, target);
    else fillColors(image, tables, spec, target);
  }
  const dims =
    spec.layout === 'nchw'
      ? [images.length, channels, height, width]
      : [images.length, height, width, channels];
  return { data, dims };
}

/** What each of the 256 levels becomes. */
function levelTable(spec: TensorSpec, channel: number): Float32Array {
  const mean = typeof spec.mean === 'number' ? spec.mean : (spec.mean[channel] ?? 0);
  const std = typeof spec.std === 'number' ? spec.std : (spec.std[channel] ?? 1);
  // float32 at each step, and the reciprocal first, as OpenCV's blobFromImage computes it.
  const scale = 1 / std;
  const table = new Float32Array(256);
  for (let level = 0; level < 256; level++) table[level] = Math.fround(level - mean) * scale;
  return table;
}

function fillColors(
  image: Image,
  [first, second, third]: readonly Float32Array[],
  spec: TensorSpec,
  target: Float32Array,
): void {
  const { data } = image;
  const plane = image.width * image.height;
  const planar = spec.layout === 'nchw';
  const [toSecond, toThird, step] = planar ? [plane, 2 * plane, 1] : [1, 2, 3];
  const [fromFirst, fromThird] = spec.color === 'bgr' ? [2, 0] : [0, 2];
  for (let from = 0, to = 0; from < data.length; from += 3, to += step) {
    target[to] = (first as Float32Array)[data[from + fromFirst] as number] as number;
    target[to + toSecond] = (second as Float32Array)[data[from + 1] as number] as number;
    target[to + toThird] = (third as Float32Array)[data[from + fromThird] as number] as number;
  }
}

/** Grey as ITU-R BT.601, in OpenCV's fixed point. */
function fillGrey(image: Image, table: Float32Array, target: Float32Array): void {
  const { data } = image;
  for (let from = 0, to = 0; to < target.length; from += 3, to++) {
    const grey =
      ((data[from] as number) * 4899 +
        (data[from + 1] as number) * 9617 +
        (data[from + 2] as number) * 1868 +
        8192) >>
      14;
    target[to] = table[grey] as number;
  }
}
