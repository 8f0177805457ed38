// One face, enlarged, in the four ways in which a photo can be held, side by side in one picture: a single look of the
// detector then tells which way is up.
import { squareCrop } from '../alignment/index.js';
import type { Box } from '../geometry.js';
import { createImage, type Image } from '../image/image.js';
import { pasteImage, type QuarterTurn, rotateImage } from '../image/pixels.js';
import { warpAffine } from '../image/warp.js';
import type { Detector } from './detector.js';

/** Degrees by which each quarter of the picture is turned: above left, above right, below left, below right. */
export const fourWays: readonly QuarterTurn[] = [0, 90, 180, 270];

/** Side of a quarter in pixels: networks with a small picture see it as it is. */
const side = 120;
/** What a quarter shows, in longer sides of the face's box: hair and shoulders help. */
const reach = 2.5;
/** Faces further from the middle of their quarter, in its sides, are not the one that is looked at. */
const nearMiddle = 0.25;
/** Low enough to tell a doubtful face from none; hundreds of boxes that are nothing score up to 0.1. */
const lowestScore = 0.15;

/** The best score of a face in each of the four ways; the lowest that is asked for where none is seen. */
export async function faceFourWays(
  detector: Detector,
  image: Image,
  box: Box,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const face = warpAffine(image, squareCrop(box, side, reach), side, side, { antiAlias: true });
  const picture = createImage(2 * side, 2 * side);
  for (const [index, turn] of fourWays.entries())
    pasteImage(rotateImage(face, turn), picture, (index % 2) * side, Math.floor(index / 2) * side);
  const scores = fourWays.map(() => lowestScore);
  const options = { detThresh: lowestScore, ...(signal && { signal }) };
  for (const { bbox, detScore } of await detector.detect(picture, options)) {
    const x = (bbox[0] + bbox[2]) / 2;
    const y = (bbox[1] + bbox[3]) / 2;
    const index = (x >= side ? 1 : 0) + (y >= side ? 2 : 0);
    const fromMiddle = Math.hypot((x % side) - side / 2, (y % side) - side / 2);
    if (fromMiddle <= nearMiddle * side) scores[index] = Math.max(scores[index] ?? 0, detScore);
  }
  return scores;
}
