// Which index of a landmark set is which part of a face, and how the larger sets hold the 68 points. "Left" is the
// image's left throughout. The manual shows each set as a picture.
// 68: iBUG 300-W. 98: WFLW (W. Wu et al., CVPR 2018). 106: InsightFace's 2d106det. 468: MediaPipe's face mesh.
import type { LandmarkKind } from './attribute-model.js';

/** Parts of a face that every set knows. */
export type FacePart =
  | 'jaw'
  | 'leftEyebrow'
  | 'rightEyebrow'
  | 'noseBridge'
  | 'noseBottom'
  | 'leftEye'
  | 'rightEye'
  | 'outerLips'
  | 'innerLips';

/** Indices of one part, in drawing order. */
export type FaceParts = Readonly<Record<FacePart, readonly number[]>>;

/** Parts that are closed outlines; the others are open lines. */
export const closedParts: ReadonlySet<FacePart> = new Set(['leftEye', 'rightEye', 'outerLips', 'innerLips']);

const parts68: FaceParts = {
  jaw: range(0, 17),
  leftEyebrow: range(17, 22),
  rightEyebrow: range(22, 27),
  noseBridge: range(27, 31),
  noseBottom: range(31, 36),
  leftEye: range(36, 42),
  rightEye: range(42, 48),
  outerLips: range(48, 60),
  innerLips: range(60, 68),
};

const parts98: FaceParts = {
  jaw: range(0, 33),
  leftEyebrow: range(33, 42),
  rightEyebrow: range(42, 51),
  noseBridge: range(51, 55),
  noseBottom: range(55, 60),
  leftEye: range(60, 68),
  rightEye: range(68, 76),
  outerLips: range(76, 88),
  innerLips: range(88, 96),
};

const parts106: FaceParts = {
  jaw: [1, ...range(9, 17), ...range(2, 9), 0, ...range(18, 25).reverse(), ...range(25, 33).reverse(), 17],
  leftEyebrow: [43, 48, 49, 51, 50, 46, 47, 45, 44],
  rightEyebrow: [102, 103, 104, 105, 101, 100, 99, 98, 97],
  noseBridge: [72, 73, 74, 86],
  noseBottom: [75, 76, 77, 78, 79, 80, 85, 84, 83, 82, 81],
  leftEye: [35, 41, 40, 42, 39, 37, 33, 36],
  rightEye: [89, 95, 94, 96, 93, 91, 87, 90],
  outerLips: [52, 64, 63, 71, 67, 68, 61, 58, 59, 53, 56, 55],
  innerLips: [65, 66, 62, 70, 69, 57, 60, 54],
};

const parts468: FaceParts = {
  jaw: [
    ...[127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152],
    ...[377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356],
  ],
  leftEyebrow: [70, 63, 105, 66, 107, 55, 65, 52, 53, 46],
  rightEyebrow: [336, 296, 334, 293, 300, 276, 283, 282, 295, 285],
  noseBridge: [168, 6, 197, 195, 5, 4],
  noseBottom: [98, 97, 2, 326, 327],
  leftEye: [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7],
  rightEye: [362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382],
  outerLips: [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146],
  innerLips: [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95],
};

/**
 * Indices by part of each landmark set.
 * @example
 * const lips = landmarkParts.landmark68.outerLips.map(index => points[index]);
 */
export const landmarkParts: Readonly<Record<LandmarkKind, FaceParts>> = {
  landmark68: parts68,
  landmark3d68: parts68,
  landmark98: parts98,
  landmark2d106: parts106,
  landmark468: parts468,
};

/** Where each of the 68 points lies in a set, in the order of the 68. */
export const indicesOf68: Readonly<Record<LandmarkKind, readonly number[]>> = {
  landmark68: range(0, 68),
  landmark3d68: range(0, 68),
  landmark98: [
    ...range(0, 17).map(index => index * 2),
    ...range(33, 38),
    ...range(42, 47),
    ...range(51, 60),
    ...[60, 61, 63, 64, 65, 67],
    ...[68, 69, 71, 72, 73, 75],
    ...range(76, 96),
  ],
  landmark2d106: [
    ...parts106.jaw.filter((_, index) => index % 2 === 0),
    ...parts106.leftEyebrow.slice(0, 5),
    ...parts106.rightEyebrow.slice(0, 5),
    ...parts106.noseBridge,
    ...[78, 79, 80, 85, 84],
    ...[35, 41, 42, 39, 37, 36],
    ...[89, 95, 96, 93, 91, 90],
    ...parts106.outerLips,
    ...parts106.innerLips,
  ],
  landmark468: [
    ...[127, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 356],
    ...parts468.leftEyebrow.slice(0, 5),
    ...parts468.rightEyebrow.slice(0, 5),
    ...[168, 197, 5, 4],
    ...parts468.noseBottom,
    ...[33, 160, 158, 133, 153, 144],
    ...[362, 385, 387, 263, 373, 380],
    ...[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
    ...[78, 82, 13, 312, 308, 317, 14, 87],
  ],
};

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
