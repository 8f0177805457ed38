import { type Image, warpAffine } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { aboutCenter } from './about-center.js';
import { probability } from './options.js';

/** Turned about the centre by up to `degrees` either way; black where nothing was, as in aligned crops at a photo's edge. */
export const rotateSchema = v.strictObject({
  kind: v.literal('rotate'),
  probability: v.optional(probability, 1),
  degrees: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(180)), 15),
});

export function rotate(image: Image, { degrees }: v.InferOutput<typeof rotateSchema>, random: Random): Image {
  const matrix = aboutCenter(image, { degrees: between(random, -degrees, degrees) });
  return warpAffine(image, matrix, image.width, image.height);
}
