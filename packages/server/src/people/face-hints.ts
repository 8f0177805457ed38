// What would make a better enrolment, told to the one who enrols.
import type { Face } from 'insightface-ts';
import { sideOf } from '../images/analyze.js';

export const hintCodes = ['SMALL_FACE', 'TURNED_AWAY', 'LOW_QUALITY', 'UNCERTAIN_FACE'] as const;
export type FaceHint = (typeof hintCodes)[number];

/** Pixels: below these the aligned crop of 112 is stretched. */
const smallSide = 80;
/** Degrees. */
const largeAngle = 30;

export function faceHints(face: Face): FaceHint[] {
  const hints: FaceHint[] = [];
  if (sideOf(face) < smallSide) hints.push('SMALL_FACE');
  if (Math.abs(face.pose.yaw) > largeAngle || Math.abs(face.pose.pitch) > largeAngle)
    hints.push('TURNED_AWAY');
  if (face.quality < 0.3) hints.push('LOW_QUALITY');
  if (face.detScore < 0.7) hints.push('UNCERTAIN_FACE');
  return hints;
}
