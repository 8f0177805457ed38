// Faces in photos that lie on their side or stand on their head. The photo is turned by quarters and looked at again;
// since detectors also see turned faces, with lower scores and wrong points, scores tell which way is up.
import { throwIfAborted } from '../abort.js';
import type { Image } from '../image/image.js';
import { type QuarterTurn, rotateImage } from '../image/pixels.js';
import { resizeImage } from '../image/resize.js';
import { Candidates } from './candidates.js';
import type { Detection, DetectOptions, Detector } from './detector.js';
import { nms } from './nms.js';
import { unturnBox, unturnFive } from './turn.js';

/**
 * Faces that do not stand upright. `off`: found as far as the detector bears it. `auto`: where faces are not surely
 * upright, the other three ways to hold the photo are tried, and the one with the clearest faces is taken. `all`: each
 * face of a photo may stand in its own way; four times the work.
 */
export type Rotation = 'off' | 'auto' | 'all';

/** A face in source pixels, and the same face in the picture in which it stands upright. */
export interface TurnedDetection extends Detection {
  /** Degrees by which the photo is turned clockwise for this face to stand upright. */
  readonly turn: QuarterTurn;
  /** The face in the turned photo's pixels; models that follow the detector look at it there. */
  readonly upright: Detection & { readonly image: Image };
}

const otherTurns: readonly QuarterTurn[] = [90, 270, 180];
/**
 * Longer side of the copy that is turned where upright faces were found, though not surely: to tell which way is up
 * needs no more, and turning a large photo takes longer than looking at it.
 */
const probeSide = 320;
/** Overlap above which two ways to see a face are one face. */
const sameFace = 0.4;

/** Faces of an image by falling score, each with the way it stands. */
export async function findTurned(
  detector: Detector,
  image: Image,
  options: DetectOptions,
  rotation: Rotation,
): Promise<TurnedDetection[]> {
  const upright = await detectAt(detector, image, 0, options);
  if (rotation === 'off') return upright;
  if (rotation === 'all') return findAll(detector, image, options, upright);
  // The middle one: in a group, some face that lies on its side may well pass for an upright one.
  const middle = upright[Math.floor(upright.length / 2)];
  if (middle && middle.detScore >= detector.upright.sure) return upright;
  const turn = await clearestTurn(detector, image, options, upright);
  return turn === 0 ? upright : detectAt(detector, image, turn, options);
}

/** The turn that shows clearer faces than the photo as it is, by the detector's margin; else none. */
async function clearestTurn(
  detector: Detector,
  image: Image,
  options: DetectOptions,
  upright: readonly Detection[],
): Promise<QuarterTurn> {
  const least = logOdds(options.detThresh ?? detector.detThresh);
  const { margin } = detector.upright;
  // How far a face rises above what is called a face at all.
  const evidence = (faces: readonly Detection[]) => faces.map(({ detScore }) => logOdds(detScore) - least);
  const probe = upright.length > 0 ? shrunk(image) : image;
  let best: QuarterTurn = 0;
  let bestEvidence = sum(evidence(upright)) + margin;
  for (const turn of otherTurns) {
    throwIfAborted(options.signal);
    const seen = evidence(await detector.detect(rotateImage(probe, turn), options));
    // Several doubtful faces do not make a clear one.
    if (Math.max(...seen) < margin || sum(seen) <= bestEvidence) continue;
    best = turn;
    bestEvidence = sum(seen);
  }
  return best;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** As a network of that size sees the photo. */
function shrunk(image: Image): Image {
  const scale = probeSide / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  return resizeImage(image, side(image.width), side(image.height));
}

/** Each face in the way that shows it best. */
async function findAll(
  detector: Detector,
  image: Image,
  options: DetectOptions,
  upright: readonly TurnedDetection[],
): Promise<TurnedDetection[]> {
  const faces = [...upright];
  for (const turn of otherTurns) {
    throwIfAborted(options.signal);
    faces.push(...(await detectAt(detector, image, turn, options)));
  }
  const evidence = ({ detScore, turn }: TurnedDetection) =>
    logOdds(detScore) - (turn === 0 ? 0 : detector.upright.margin);
  const least = logOdds(options.detThresh ?? detector.detThresh);
  const kept = faces.filter(face => evidence(face) >= least);
  const candidates = new Candidates({ points: false });
  for (const face of kept) candidates.add(evidence(face), ...face.bbox);
  return nms(candidates, sameFace)
    .flatMap(index => kept[index] ?? [])
    .sort((a, b) => b.detScore - a.detScore);
}

async function detectAt(
  detector: Detector,
  photo: Image,
  turn: QuarterTurn,
  options: DetectOptions,
): Promise<TurnedDetection[]> {
  const image = rotateImage(photo, turn);
  const detections = await detector.detect(image, options);
  return detections.map(detection => {
    const { kps } = detection;
    return {
      bbox: unturnBox(detection.bbox, turn, photo),
      detScore: detection.detScore,
      ...(kps && { kps: unturnFive(kps, turn, photo) }),
      turn,
      upright: { ...detection, image },
    };
  });
}

function logOdds(score: number): number {
  const inside = Math.min(Math.max(score, 1e-9), 1 - 1e-9);
  return Math.log(inside / (1 - inside));
}
