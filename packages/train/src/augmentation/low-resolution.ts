import { type Image, resizeImage, resizeSmoothly } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { probability, range } from './options.js';

/** Made smaller by a factor within `scale` and brought back to its size, as a face far away is. */
export const lowResolutionSchema = v.strictObject({
  kind: v.literal('low-resolution'),
  probability: v.optional(probability, 0.2),
  scale: v.optional(range(0.02, 1), [0.25, 0.9]),
});

export function lowerResolution(
  image: Image,
  { scale }: v.InferOutput<typeof lowResolutionSchema>,
  random: Random,
): Image {
  const { width, height } = image;
  const factor = between(random, ...scale);
  const small = resizeSmoothly(
    image,
    Math.max(1, Math.round(width * factor)),
    Math.max(1, Math.round(height * factor)),
  );
  return resizeImage(small, width, height);
}
