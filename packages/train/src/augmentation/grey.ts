import { createImage, type Image } from 'insightface-ts';
import * as v from 'valibot';
import { probability } from './options.js';

/** All three channels at the grey level of ITU-R BT.601. */
export const greySchema = v.strictObject({
  kind: v.literal('grey'),
  probability: v.optional(probability, 0.1),
});

export function toGrey({ width, height, data }: Image): Image {
  const grey = createImage(width, height);
  for (let i = 0; i < data.length; i += 3) {
    // 0.299, 0.587 and 0.114 in 16 bits.
    const level = (data[i]! * 19595 + data[i + 1]! * 38470 + data[i + 2]! * 7471 + 32768) >> 16;
    grey.data.fill(level, i, i + 3);
  }
  return grey;
}
