// Gaussian blur, one axis after the other, edges repeated.
import { createImage, type Image } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { probability, range } from './options.js';

/** Blurred by a Gaussian whose standard deviation in pixels lies within `sigma`. */
export const blurSchema = v.strictObject({
  kind: v.literal('blur'),
  probability: v.optional(probability, 0.2),
  sigma: v.optional(range(0.1, 20), [0.3, 1.5]),
});

export function blur(image: Image, { sigma }: v.InferOutput<typeof blurSchema>, random: Random): Image {
  return gaussianBlur(image, between(random, ...sigma));
}

/** Blurs by a Gaussian of this standard deviation in pixels, cut off at three of them. */
export function gaussianBlur(image: Image, sigma: number): Image {
  const { width, height, data } = image;
  const weights = kernel(sigma);
  const across = new Float32Array(data.length);
  convolve(data, across, weights, { lines: height, lineStep: width * 3, length: width, step: 3 });
  const blurred = createImage(width, height);
  // Float levels stored in bytes are cut off: half a level is added so that they are rounded.
  convolve(
    across,
    blurred.data,
    weights,
    { lines: width, lineStep: 3, length: height, step: width * 3 },
    0.5,
  );
  return blurred;
}

function kernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map(weight => weight / sum);
}

function convolve(
  from: Uint8Array | Float32Array,
  to: Uint8Array | Float32Array,
  weights: Float32Array,
  { lines, lineStep, length, step }: { lines: number; lineStep: number; length: number; step: number },
  offset = 0,
): void {
  const radius = weights.length >> 1;
  for (let line = 0; line < lines; line++)
    for (let channel = 0; channel < 3; channel++) {
      const start = line * lineStep + channel;
      for (let i = 0; i < length; i++) {
        let sum = offset;
        for (let tap = -radius; tap <= radius; tap++) {
          const at = i + tap;
          const inside = at < 0 ? 0 : at >= length ? length - 1 : at;
          sum += from[start + inside * step]! * weights[tap + radius]!;
        }
        to[start + i * step] = sum;
      }
    }
}
