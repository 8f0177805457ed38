// T. DeVries and G. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout" (arXiv:1708.04552).
import { createImage, type Image } from 'insightface-ts';
import * as v from 'valibot';
import { between, type Random } from '../data/random.js';
import { probability, range } from './options.js';

/** A rectangle of mid-grey (0 to a network) hides a part; each side takes a share within `size` of the image's. */
export const cutOutSchema = v.strictObject({
  kind: v.literal('cut-out'),
  probability: v.optional(probability, 0.2),
  size: v.optional(range(0.01, 1), [0.1, 0.4]),
});

export function cutOut(image: Image, { size }: v.InferOutput<typeof cutOutSchema>, random: Random): Image {
  const { width, height } = image;
  const cutWidth = Math.max(1, Math.round(width * between(random, ...size)));
  const cutHeight = Math.max(1, Math.round(height * between(random, ...size)));
  const left = Math.floor(random() * (width - cutWidth + 1));
  const top = Math.floor(random() * (height - cutHeight + 1));
  const covered = createImage(width, height, image.data.slice());
  for (let y = top; y < top + cutHeight; y++)
    covered.data.fill(127, (y * width + left) * 3, (y * width + left + cutWidth) * 3);
  return covered;
}
