import { type Image, warpAffine } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { aboutCenter } from './about-center.js';
import { probability, range } from './options.js';

/**
 * A crop of the image at another scale and place, as an imprecise detector would give it: scaled by a factor within
 * `scale`, shifted by up to `shift` of its side each way.
 */
export const randomCropSchema = v.strictObject({
  kind: v.literal('random-crop'),
  probability: v.optional(probability, 1),
  scale: v.optional(range(0.25, 4), [0.9, 1.1]),
  shift: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.5)), 0.04),
});

export function randomCrop(
  image: Image,
  { scale, shift }: v.InferOutput<typeof randomCropSchema>,
  random: Random,
): Image {
  const { width, height } = image;
  const matrix = aboutCenter(image, {
    scale: between(random, ...scale),
    shift: [between(random, -shift, shift) * width, between(random, -shift, shift) * height],
  });
  return warpAffine(image, matrix, width, height);
}
