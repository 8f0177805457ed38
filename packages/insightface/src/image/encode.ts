// Pixels to image files, by libvips.
import { InsightFaceError } from '../errors.js';
import type { Image } from './image.js';

/** A lossless PNG file. */
export async function encodePng(image: Image): Promise<Uint8Array> {
  return (await pipeline(image)).png({ compressionLevel: 6 }).toBuffer();
}

/**
 * A JPEG file.
 * @param quality - 1 to 100; default 92.
 * @throws InsightFaceError `INVALID_ARGUMENT` for another quality.
 */
export async function encodeJpeg(image: Image, quality = 92): Promise<Uint8Array> {
  if (!Number.isInteger(quality) || quality < 1 || quality > 100)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `JPEG quality is a whole number from 1 to 100, not ${quality}.`,
    );
  return (await pipeline(image)).jpeg({ quality }).toBuffer();
}

async function pipeline({ width, height, data }: Image) {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } });
}
