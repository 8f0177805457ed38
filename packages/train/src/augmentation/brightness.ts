import type { Image } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { mapLevels } from './levels.js';
import { fraction, probability } from './options.js';

/** All levels times a factor within 1 -+ `amount`. */
export const brightnessSchema = v.strictObject({
  kind: v.literal('brightness'),
  probability: v.optional(probability, 1),
  amount: v.optional(fraction, 0.3),
});

export function changeBrightness(
  image: Image,
  { amount }: v.InferOutput<typeof brightnessSchema>,
  random: Random,
): Image {
  const factor = between(random, 1 - amount, 1 + amount);
  return mapLevels(image, level => level * factor);
}
