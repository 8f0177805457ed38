// Where the five points of a face belong in an aligned crop: the template of ArcFace (InsightFace, face_align.py).
import { InsightFaceError } from '../errors.js';
import type { FivePoints, Point } from '../geometry.js';

/** Left eye, right eye, nose, left and right mouth corner in a 112x112 crop. */
const points112: FivePoints = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/**
 * The template for a square crop. Multiples of 112 scale it, as sides below 112 do (small recognisers of one's own);
 * multiples of 128 add a margin of 8 of 128 pixels on each side.
 * @throws InsightFaceError `INVALID_ARGUMENT` for other sides.
 */
export function arcfaceTemplate(size = 112): FivePoints {
  if (size > 0 && (size < 112 || size % 112 === 0)) return scaled(size / 112, 0);
  if (size > 0 && size % 128 === 0) return scaled(size / 128, (8 * size) / 128);
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `Crops have a side below 112, or one that 112 or 128 divides, not ${size}.`,
  );
}

function scaled(ratio: number, shiftX: number): FivePoints {
  const place = ([x, y]: Point): Point => [x * ratio + shiftX, y * ratio];
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = points112;
  return [place(leftEye), place(rightEye), place(nose), place(leftMouth), place(rightMouth)];
}
