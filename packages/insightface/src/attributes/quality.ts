// How well a face lends itself to recognition: a product of factors, each 0 to 1, of which every one can be read.
// Constants were chosen on LFW View 1; bench/quality.ts measures on View 2 what rejecting the worst tenth gains.
import { arcfaceTemplate, estimateNorm, transformPoints } from '../alignment/index.js';
import type { Affine, FivePoints } from '../geometry.js';
import type { Image } from '../image/image.js';
import { warpAffine } from '../image/warp.js';
import type { FaceRef, Pose } from './attribute-model.js';
import { faceReach } from './five-points.js';
import { estimatePose, type PoseSource } from './pose.js';

/** A face with its points; `pose` and `detScore` count where they are known. */
export interface QualitySource extends FaceRef, PoseSource {
  readonly kps: FivePoints;
  /** Default: estimated from the landmarks. */
  readonly pose?: Pose;
  /** Default 1. */
  readonly detScore?: number;
}

/** What makes up a quality; each 0 to 1. */
export interface QualityFactors {
  /** Longer of the distances eye to eye and eyes to mouth, over 30 pixels. */
  readonly size: number;
  /** Square root of: standard deviation of the Laplacian over (5 + that of the brightness), over 0.3. */
  readonly sharpness: number;
  /** Share of pixels that are neither black (below 30 of 255) nor white (above 245). */
  readonly exposure: number;
  /** Square root of: mean brightness over 110. */
  readonly brightness: number;
  /** cos(yaw) cos(pitch). */
  readonly pose: number;
  /** exp(-(d / 14)^2), d the root mean square distance of the five points from ArcFace's template of 112 pixels. */
  readonly shape: number;
  /** 1 - (1 - score)^(1/3): detectors differ most in how near to 1 they are. */
  readonly detection: number;
}

/** Middle of the aligned crop of 112 pixels that is face whatever the hair. */
const region = { left: 20, top: 20, width: 72, height: 80 };

/** Quality of a face for recognition, 0 to 1: the product of its {@link QualityFactors}. */
export function faceQuality(face: QualitySource): number {
  return Object.values(qualityFactors(face)).reduce((product: number, factor: number) => product * factor, 1);
}

/**
 * The factors one by one, to say what is wrong with a picture.
 * @throws InsightFaceError `INVALID_ARGUMENT` when all five points coincide.
 */
export function qualityFactors(face: QualitySource): QualityFactors {
  const { kps, image, detScore = 1 } = face;
  const { pitch, yaw } = face.pose ?? estimatePose(face);
  const toCrop = estimateNorm(kps, 112);
  return {
    size: atMostOne(faceReach(kps).reach / 30),
    ...measurePixels(greyRegion(image, toCrop)),
    pose: Math.max(0, cosine(yaw)) * Math.max(0, cosine(pitch)),
    shape: Math.exp(-((templateDistance(kps, toCrop) / 14) ** 2)),
    detection: 1 - Math.cbrt(1 - atMostOne(detScore)),
  };
}

function measurePixels(grey: Float32Array): Pick<QualityFactors, 'sharpness' | 'exposure' | 'brightness'> {
  const { width, height } = region;
  let [sum, squares, usable] = [0, 0, 0];
  for (let i = 0; i < grey.length; i++) {
    const value = grey[i] as number;
    sum += value;
    squares += value * value;
    if (value >= 30 && value <= 245) usable++;
  }
  const mean = sum / grey.length;
  const contrast = Math.sqrt(Math.max(0, squares / grey.length - mean * mean));
  let [edges, edgeSquares] = [0, 0];
  for (let y = 1; y < height - 1; y++)
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const laplacian =
        4 * (grey[at] as number) -
        (grey[at - 1] as number) -
        (grey[at + 1] as number) -
        (grey[at - width] as number) -
        (grey[at + width] as number);
      edges += laplacian;
      edgeSquares += laplacian * laplacian;
    }
  const count = (width - 2) * (height - 2);
  const detail = Math.sqrt(Math.max(0, edgeSquares / count - (edges / count) ** 2));
  return {
    sharpness: Math.sqrt(atMostOne(detail / (contrast + 5) / 0.3)),
    exposure: usable / grey.length,
    brightness: Math.sqrt(atMostOne(mean / 110)),
  };
}

/** Brightness of the aligned crop's middle; the rest is not even cut out. */
function greyRegion(image: Image, [a, b, tx, c, d, ty]: Affine): Float32Array {
  const { left, top, width, height } = region;
  const toRegion: Affine = [a, b, tx - left, c, d, ty - top];
  const { data } = warpAffine(image, toRegion, width, height, { antiAlias: true });
  const grey = new Float32Array(width * height);
  for (let to = 0, at = 0; to < grey.length; to++, at += 3)
    grey[to] =
      0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number);
  return grey;
}

function templateDistance(kps: FivePoints, toCrop: Affine): number {
  const template = arcfaceTemplate(112);
  const placed = transformPoints(kps, toCrop);
  const squares = placed.map(([x, y], index) => {
    const [tx, ty] = template[index] as readonly [number, number];
    return (x - tx) ** 2 + (y - ty) ** 2;
  });
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function atMostOne(value: number): number {
  return Math.max(0, Math.min(1, value));
}

function cosine(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180);
}
