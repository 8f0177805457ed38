import { InsightFaceError } from '../errors.js';

/** The error of a file with another SHA-256 than it must have. */
export function mismatch(path: string, expected: string, actual: string): InsightFaceError {
  return new InsightFaceError(
    'CHECKSUM_MISMATCH',
    `${path} has SHA-256 ${actual}, and ${expected} is expected. It was damaged or replaced; it is not used.`,
  );
}
