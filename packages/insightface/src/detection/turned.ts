// Faces in photos that lie on their side or stand on their head. The photo is turned by quarters and looked at again;
// since detectors also see turned faces, with lower scores and wrong points, scores tell which way is up.
import { throwIfAborted } from '../abort.js';
import type { Image } from '../image/image.js';
import { type QuarterTurn, rotateImage } from '../image/pixels.js';
import { resizeImage } from '../image/resize.js';
import { Candidates } from './candidates.js';
import type { Detection, DetectOptions, Detector } from './detector.js';
import { faceFourWays, fourWays } from './four-ways.js';
import { nms } from './nms.js';
import { unturnBox, unturnFive } from './turn.js';

/**
 * Faces that do not stand upright. `off`: found as far as the detector bears it. `auto`: where the faces are not surely
 * upright, one of them is looked at closer, in four ways at once, and the photo is turned to the clearest; where none is
 * clear, the whole photo is looked at in the other three ways. `all`: each face of a photo may stand in its own way; four
 * times the work.
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
/** Part of the margin by which a face must rise above the threshold for a closer look at it to tell anything. */
const clearPart = 1 / 2;
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
  const closer = detector.upright.fourWays ? await clearestOfFour(detector, upright, options) : undefined;
  if (closer?.turn === 0) return upright;
  const turn = await clearestTurn(detector, image, options, upright, closer);
  return turn === 0 ? upright : detectAt(detector, image, turn, options);
}

/** How far a score rises above what this detector calls a face at all, in log-odds. */
function rise(detector: Detector, score: number): number {
  return Math.max(0, logOdds(score) - logOdds(detector.detThresh));
}

/** What all faces say together. */
function evidence(detector: Detector, faces: readonly Detection[]): number {
  return faces.reduce((total, { detScore }) => total + rise(detector, detScore), 0);
}

/** A way to hold the photo, and by how much, in log-odds, it shows a face more clearly than the photo as it is. */
interface Turned {
  readonly turn: QuarterTurn;
  readonly gain: number;
}

/** The turn that shows the middle face most clearly; undefined where none does, or a group has no clear face there. */
async function clearestOfFour(
  detector: Detector,
  faces: readonly TurnedDetection[],
  { signal }: DetectOptions,
): Promise<Turned | undefined> {
  // Of two the surer.
  const face = faces[Math.floor((faces.length - 1) / 2)];
  if (!face || (faces.length > 1 && rise(detector, face.detScore) < detector.upright.margin))
    return undefined;
  throwIfAborted(signal);
  const scores = await faceFourWays(detector, face.upright.image, face.upright.bbox, signal);
  const clearest = Math.max(...scores);
  if (rise(detector, clearest) < detector.upright.margin * clearPart) return undefined;
  return {
    turn: fourWays[scores.indexOf(clearest)] ?? 0,
    gain: logOdds(clearest) - logOdds(scores[0] ?? 0),
  };
}

/**
 * The turn that shows clearer faces than the photo as it is, by the detector's margin; else none. After a closer look only
 * the turn that it found, and its gain counts as well.
 */
async function clearestTurn(
  detector: Detector,
  image: Image,
  options: DetectOptions,
  upright: readonly Detection[],
  closer: Turned | undefined,
): Promise<QuarterTurn> {
  const { margin } = detector.upright;
  const probe = upright.length > 0 ? shrunk(image) : image;
  let best: QuarterTurn = 0;
  let bestEvidence = evidence(detector, upright) + margin - (closer?.gain ?? 0);
  for (const turn of closer ? [closer.turn] : otherTurns) {
    throwIfAborted(options.signal);
    const faces = await detector.detect(rotateImage(probe, turn), options);
    const seen = evidence(detector, faces);
    // Several doubtful faces do not make a clear one.
    const clear = closer !== undefined || rise(detector, faces[0]?.detScore ?? 0) >= margin;
    if (!clear || seen <= bestEvidence) continue;
    best = turn;
    bestEvidence = seen;
  }
  return best;
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
  const score = ({ detScore, turn }: TurnedDetection) =>
    logOdds(detScore) - (turn === 0 ? 0 : detector.upright.margin);
  const least = logOdds(options.detThresh ?? detector.detThresh);
  const kept = faces.filter(face => score(face) >= least);
  const candidates = new Candidates({ points: false });
  for (const face of kept) candidates.add(score(face), ...face.bbox);
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
