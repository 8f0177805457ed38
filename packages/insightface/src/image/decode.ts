// Bytes of an image file to pixels, by libvips. Decodes exactly as OpenCV's imread does: EXIF orientation obeyed,
// alpha dropped without blending, embedded colour profiles ignored.
import { InsightFaceError } from '../errors.js';
import { type DecodeOptions, readMaxPixels, tooLarge } from './decode-options.js';
import { createImage, type Image } from './image.js';
import { decodeNetpbm, isNetpbm } from './netpbm.js';
import { isPicture } from './signature.js';

/**
 * Decodes a JPEG, PNG, WebP, GIF (first frame), TIFF, AVIF, PGM or PPM file.
 * @throws InsightFaceError `IMAGE_INVALID`, `IMAGE_TOO_LARGE`, `IMAGE_UNSUPPORTED`.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const maxPixels = readMaxPixels(options);
  if (isNetpbm(bytes)) return decodeNetpbm(bytes, maxPixels);
  if (bytes.length === 0) throw new InsightFaceError('IMAGE_INVALID', 'The image is empty: it has no bytes.');
  if (!isPicture(bytes)) throw unsupported();
  const { default: sharp } = await import('sharp');
  try {
    // Stray bytes between markers are common in photos, and harm nothing; what is cut off is refused.
    const { data, info } = await sharp(bytes, {
      ignoreIcc: true,
      limitInputPixels: maxPixels,
      failOn: 'error',
    })
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
    throw refusal(cause, maxPixels);
  }
}

function unsupported(cause?: unknown): InsightFaceError {
  return new InsightFaceError(
    'IMAGE_UNSUPPORTED',
    'These bytes are no image of a known format. JPEG, PNG, WebP, GIF, TIFF, AVIF, PGM and PPM are read.',
    { cause },
  );
}

/** libvips tells what is wrong by words only. */
function refusal(cause: unknown, maxPixels: number): InsightFaceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (reason.includes('exceeds pixel limit')) return tooLarge(maxPixels, cause);
  if (reason.includes('unsupported image format')) return unsupported(cause);
  return new InsightFaceError('IMAGE_INVALID', `This is no readable image: ${reason}`, { cause });
}
