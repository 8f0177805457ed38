import type { Face } from 'insightface-ts';

/** What stands beside a face in a picture, such as `F 31`. */
export function faceLabel(face: Face): string {
  const parts = [face.gender, face.age?.toFixed(0)].filter(part => part !== undefined);
  return parts.length > 0 ? parts.join(' ') : face.detScore.toFixed(2);
}
