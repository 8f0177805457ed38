import type { Image } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { mapLevels } from './levels.js';
import { fraction, probability } from './options.js';

/** Distances from the image's mean level times a factor within 1 -+ `amount`. */
export const contrastSchema = v.strictObject({
  kind: v.literal('contrast'),
  probability: v.optional(probability, 1),
  amount: v.optional(fraction, 0.3),
});

export function changeContrast(
  image: Image,
  { amount }: v.InferOutput<typeof contrastSchema>,
  random: Random,
): Image {
  const factor = between(random, 1 - amount, 1 + amount);
  const mean = image.data.reduce((sum, level) => sum + level, 0) / image.data.length;
  return mapLevels(image, level => mean + (level - mean) * factor);
}
