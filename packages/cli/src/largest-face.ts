import type { Face } from 'insightface-ts';

/** The face with the largest box, or `undefined` when there is none. */
export function largestFace(faces: readonly Face[]): Face | undefined {
  const area = ({ bbox: [x1, y1, x2, y2] }: Face) => (x2 - x1) * (y2 - y1);
  return faces.toSorted((a, b) => area(b) - area(a))[0];
}
