// Bytes of an image file to pixels, by libvips. Decodes exactly as OpenCV's imread does: EXIF orientation obeyed,
// alpha dropped without blending, embedded colour profiles ignored.
import { InsightFaceError } from '../errors.js';
import { createImage, type Image } from './image.js';

export interface DecodeOptions {
  /** Largest width x height accepted. Default 80 million: more is an error, not a crash. */
  readonly maxPixels?: number;
}

const defaultMaxPixels = 80_000_000;

/**
 * Decodes a JPEG, PNG, WebP, GIF (first frame), TIFF or AVIF file.
 * @throws InsightFaceError `IMAGE_INVALID`, `IMAGE_TOO_LARGE`, `IMAGE_UNSUPPORTED`.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const { default: sharp } = await import('sharp');
  const maxPixels = options.maxPixels ?? defaultMaxPixels;
  try {
    const { data, info } = await sharp(bytes, { ignoreIcc: true, limitInputPixels: maxPixels })
      .rotate()
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return createImage(
      info.width,
      info.height,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InsightFaceError('IMAGE_INVALID', `This is no readable image: ${reason}`, { cause });
  }
}
