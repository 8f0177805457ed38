import { decodeImage, encodeJpeg, type Image } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { probability, range } from './options.js';

/** Compressed as a JPEG of a quality within `quality` and decoded again. */
export const jpegSchema = v.strictObject({
  kind: v.literal('jpeg'),
  probability: v.optional(probability, 0.2),
  quality: v.optional(range(1, 100), [30, 90]),
});

export async function recompress(
  image: Image,
  { quality }: v.InferOutput<typeof jpegSchema>,
  random: Random,
): Promise<Image> {
  return decodeImage(await encodeJpeg(image, Math.round(between(random, ...quality))));
}
