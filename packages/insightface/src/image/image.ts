import { InsightFaceError } from '../errors.js';

/** Pixels: RGB, 8 bit, row-major; `data.length` is `width * height * 3`. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Wraps pixels as an {@link Image} without a copy.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the sizes do not fit.
 */
export function createImage(width: number, height: number, data = new Uint8Array(width * height * 3)): Image {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `An image is at least 1x1 whole pixels, not ${width}x${height}.`,
    );
  if (data.length !== width * height * 3)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${width}x${height} RGB pixels are ${width * height * 3} bytes, but ${data.length} were given.`,
    );
  return { width, height, data };
}
