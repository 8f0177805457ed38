import { InsightFaceError } from '../errors.js';

export interface DecodeOptions {
  /** Largest width x height accepted. Default 80 million: more is an error, not a crash. */
  readonly maxPixels?: number;
}

const defaultMaxPixels = 80_000_000;

/** @throws InsightFaceError `INVALID_ARGUMENT` for a limit that is none. */
export function readMaxPixels({ maxPixels = defaultMaxPixels }: DecodeOptions): number {
  if (!(Number.isInteger(maxPixels) && maxPixels >= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `maxPixels is a whole number from 1, not ${maxPixels}.`);
  return maxPixels;
}

/** The error of an image with more pixels than were allowed. */
export function tooLarge(maxPixels: number, cause?: unknown): InsightFaceError {
  return new InsightFaceError(
    'IMAGE_TOO_LARGE',
    `The image has more than ${maxPixels} pixels. Shrink it, or raise maxPixels.`,
    { cause },
  );
}
