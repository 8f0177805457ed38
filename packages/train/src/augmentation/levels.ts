// Steps that change each channel's level by a table of 256 values.
import { createImage, type Image } from 'insightface-ts';

/** Every level of the image changed by `change`, rounded and kept within 0 to 255. */
export function mapLevels(image: Image, change: (level: number) => number): Image {
  const table = new Uint8ClampedArray(256);
  for (let level = 0; level < 256; level++) table[level] = change(level);
  const { width, height, data } = image;
  const changed = createImage(width, height);
  for (let i = 0; i < data.length; i++) changed.data[i] = table[data[i]!]!;
  return changed;
}
