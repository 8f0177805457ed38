// What a person should do next, from the faces of one frame and of the frame before.

/** A face as far as it counts here; every `Face` of insightface-ts will do. In pixels of the frame. */
export interface CaptureFace {
  readonly bbox: readonly [x1: number, y1: number, x2: number, y2: number];
  /** Degrees. */
  readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  /** 0 to 1. */
  readonly quality: number;
  readonly embedding?: Float32Array;
  /** Unit length. */
  readonly normedEmbedding?: Float32Array;
}

/** What is wrong, or `ready`. */
export type Hint =
  | 'no-face'
  | 'many-faces'
  | 'too-far'
  | 'too-near'
  | 'off-center'
  | 'too-dark'
  | 'look-straight'
  | 'low-quality'
  | 'hold-still'
  | 'ready';

export interface Frame {
  readonly width: number;
  readonly height: number;
}

/** The face in the middle of things, and what hinders. */
export interface Judgement {
  readonly hint: Hint;
  readonly face?: CaptureFace;
}

/** Heights of a face's box over that of the frame. */
const farthest = 0.28;
const nearest = 0.8;
/** Distance from the middle over the frame's height. */
const offCenter = 0.14;
/** Degrees. People who look straight into a camera have a pitch of about -6. */
const straightPitch = -6;
const mostTurned = { yaw: 18, pitch: 18, roll: 15 };
/** Mean brightness, 0 to 255. */
const darkest = 35;
/** Movement from frame to frame over the face's height. */
const mostMoved = 0.06;

/**
 * Judges one frame.
 * @param brightness - Mean brightness of a face's box, 0 to 255.
 * @param before - The face of the frame before.
 */
export function judge(
  faces: readonly CaptureFace[],
  frame: Frame,
  brightness: (face: CaptureFace) => number,
  minQuality: number,
  before: CaptureFace | undefined,
): Judgement {
  const [face, other] = [...faces].sort((a, b) => heightOf(b) - heightOf(a));
  if (!face) return { hint: 'no-face' };
  // Smaller faces are people in the background.
  if (other && heightOf(other) > heightOf(face) / 2) return { hint: 'many-faces' };
  return { hint: hintFor(face, frame, brightness, minQuality, before), face };
}

function hintFor(
  face: CaptureFace,
  { width, height }: Frame,
  brightness: (face: CaptureFace) => number,
  minQuality: number,
  before: CaptureFace | undefined,
): Hint {
  const size = heightOf(face) / height;
  if (size < farthest) return 'too-far';
  if (size > nearest) return 'too-near';
  const [x, y] = centerOf(face);
  if (Math.hypot(x - width / 2, y - height / 2) > offCenter * height) return 'off-center';
  if (brightness(face) < darkest) return 'too-dark';
  const { yaw, pitch, roll } = face.pose;
  if (
    Math.abs(yaw) > mostTurned.yaw ||
    Math.abs(pitch - straightPitch) > mostTurned.pitch ||
    Math.abs(roll) > mostTurned.roll
  )
    return 'look-straight';
  if (!before || moved(face, before) > mostMoved) return 'hold-still';
  return face.quality < minQuality ? 'low-quality' : 'ready';
}

function moved(face: CaptureFace, before: CaptureFace): number {
  const [x, y] = centerOf(face);
  const [oldX, oldY] = centerOf(before);
  const grown = Math.abs(heightOf(face) - heightOf(before));
  return Math.max(Math.hypot(x - oldX, y - oldY), grown) / heightOf(face);
}

function heightOf({ bbox: [, y1, , y2] }: CaptureFace): number {
  return y2 - y1;
}

function centerOf({ bbox: [x1, y1, x2, y2] }: CaptureFace): readonly [x: number, y: number] {
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}
