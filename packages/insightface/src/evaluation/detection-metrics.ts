// Detection against true boxes.
// Matching and AP as PASCAL VOC 2010 and later (all-point interpolation) at IoU 0.5: detections of all images by falling
// score, each takes the true face it overlaps most; a face that is taken already makes it a false positive. Ignored faces
// count neither way. Detections of one score are judged together, so that their order does not change the result.
// Point error: mean distance of the five points divided by the distance of the true eyes (normalised mean error).
import type { Detection } from '../detection/detector.js';
import { InsightFaceError } from '../errors.js';
import type { Box, FivePoints } from '../geometry.js';
import type { DetectionTruth, TrueFace } from './detection-truth.js';
import { type Estimate, quantile, wilsonEstimate } from './statistics.js';

/** Lower edges of the face sizes that recall is told for, in pixels: the square root of the true box's area. */
const SIZE_EDGES = [0, 16, 32, 64, 128, 256];

export interface DetectionInput {
  readonly truth: readonly DetectionTruth[];
  /** By image name. Absent or undefined: the image failed, and all its faces are missed. */
  readonly detections: ReadonlyMap<string, readonly Detection[] | undefined>;
  /** Overlap from which a detection has found a face, 0 to 1. Default 0.5. */
  readonly iou?: number;
}

/** Recall of the faces of one size. */
export interface SizeRecall extends Estimate {
  /** Pixels: from (inclusive) and to (exclusive; null is no end). */
  readonly from: number;
  readonly to: number | null;
  readonly faces: number;
  readonly found: number;
}

/** Errors of the five points over the faces that were found and have true points, in eye distances. */
export interface PointError {
  readonly faces: number;
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  /** Share of these faces with a mean error above 0.1. */
  readonly failures: number;
  /** Mean error of left eye, right eye, nose, left and right mouth corner. */
  readonly perPoint: readonly number[];
}

/** Errors of one image. */
export interface ImageErrors {
  readonly image: string;
  /** True faces that were not found. */
  readonly missed: number;
  /** Detections that found no face. */
  readonly falsePositives: number;
}

/** What `insightface eval detection --json` prints. Null where there is nothing to measure. */
export interface DetectionResult {
  readonly images: number;
  /** Overlap from which a face was found. */
  readonly iou: number;
  /** Images that gave no answer. */
  readonly failedImages: readonly string[];
  /** True faces, without the ignored. */
  readonly faces: number;
  readonly found: number;
  /** Detections that found no face. */
  readonly falsePositives: number;
  readonly falsePositivesPerImage: number;
  readonly ap: number | null;
  /** Recall and precision of the detections as given, whatever their score. */
  readonly recall: Estimate | null;
  readonly precision: Estimate | null;
  readonly recallBySize: readonly SizeRecall[];
  readonly pointError: PointError | null;
  /** In the order of the truth. */
  readonly perImage: readonly ImageErrors[];
  /** Points of the precision-recall curve by falling score. */
  readonly curve: readonly { readonly score: number; readonly recall: number; readonly precision: number }[];
}

/**
 * Evaluates a detector.
 * @throws InsightFaceError `DATASET_INVALID` when the truth names an image twice; `INVALID_ARGUMENT` for an impossible
 * overlap or a score that is no number.
 */
export function evaluateDetection(input: DetectionInput): DetectionResult {
  const { truth, detections, iou = 0.5 } = input;
  if (!(iou > 0 && iou <= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `The overlap lies above 0 and up to 1, not ${iou}.`);
  if (new Set(truth.map(image => image.image)).size !== truth.length)
    throw new InsightFaceError(
      'DATASET_INVALID',
      'The truth names an image twice; join its faces into one entry.',
    );
  const counted = truth.flatMap(image => image.faces).filter(face => !face.ignore);
  const taken = new Map<TrueFace, Detection>();
  const outcomes = byFallingScore(truth, detections).map(({ detection, image }) => ({
    image: image.image,
    score: detection.detScore,
    outcome: judge(detection, image.faces, taken, iou),
  }));
  const mistakes = outcomes.filter(({ outcome }) => outcome === 'false').map(({ image }) => image);
  const falsePositives = mistakes.length;
  const found = taken.size;
  const curve = precisionRecall(outcomes, counted.length);
  return {
    images: truth.length,
    iou,
    failedImages: truth.map(image => image.image).filter(name => detections.get(name) === undefined),
    faces: counted.length,
    found,
    falsePositives,
    falsePositivesPerImage: truth.length === 0 ? 0 : falsePositives / truth.length,
    ap: counted.length === 0 ? null : averagePrecision(curve),
    recall: counted.length === 0 ? null : wilsonEstimate(found, counted.length),
    precision: found + falsePositives === 0 ? null : wilsonEstimate(found, found + falsePositives),
    recallBySize: recallBySize(counted, taken),
    pointError: pointError(taken),
    perImage: errorsByImage(truth, taken, mistakes),
    curve,
  };
}

/** Intersection over union of two boxes; 0 when they only touch, or are empty. */
export function boxOverlap(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared);
}

/**
 * Mean distance of the points divided by the distance of the true eyes.
 * @returns the mean and the five single errors; NaN when the true eyes coincide.
 */
export function normalisedPointError(
  points: FivePoints,
  truth: FivePoints,
): { mean: number; each: number[] } {
  const eyes = Math.hypot(truth[0][0] - truth[1][0], truth[0][1] - truth[1][1]);
  const each = points.map((point, i) => Math.hypot(point[0] - truth[i]![0], point[1] - truth[i]![1]) / eyes);
  return { mean: eyes > 0 ? each.reduce((sum, error) => sum + error, 0) / each.length : Number.NaN, each };
}

function byFallingScore(truth: readonly DetectionTruth[], detections: DetectionInput['detections']) {
  const all = truth.flatMap(image =>
    (detections.get(image.image) ?? []).map(detection => ({ detection, image })),
  );
  if (all.some(({ detection }) => Number.isNaN(detection.detScore)))
    throw new InsightFaceError('INVALID_ARGUMENT', 'A detection has no number for its score.');
  return all.sort((a, b) => b.detection.detScore - a.detection.detScore);
}

type Outcome = 'true' | 'false' | 'ignored';

function judge(
  detection: Detection,
  faces: readonly TrueFace[],
  taken: Map<TrueFace, Detection>,
  iou: number,
): Outcome {
  let best: TrueFace | undefined;
  let most = 0;
  let onIgnored = false;
  for (const face of faces) {
    const overlap = boxOverlap(detection.bbox, face.bbox);
    if (face.ignore) onIgnored ||= overlap >= iou;
    else if (overlap > most) {
      most = overlap;
      best = face;
    }
  }
  if (best && most >= iou && !taken.has(best)) {
    taken.set(best, detection);
    return 'true';
  }
  return onIgnored ? 'ignored' : 'false';
}

function precisionRecall(outcomes: readonly { score: number; outcome: Outcome }[], faces: number) {
  const curve: { score: number; recall: number; precision: number }[] = [];
  let hits = 0;
  let misses = 0;
  for (const [i, { score, outcome }] of outcomes.entries()) {
    if (outcome === 'true') hits++;
    if (outcome === 'false') misses++;
    if (outcomes[i + 1]?.score === score || hits + misses === 0 || faces === 0) continue;
    curve.push({ score, recall: hits / faces, precision: hits / (hits + misses) });
  }
  return curve;
}

/** Area under the curve after each precision is raised to the best at any higher recall. */
function averagePrecision(curve: readonly { recall: number; precision: number }[]): number {
  let area = 0;
  let best = 0;
  for (let i = curve.length - 1; i >= 0; i--) {
    best = Math.max(best, curve[i]!.precision);
    area += (curve[i]!.recall - (curve[i - 1]?.recall ?? 0)) * best;
  }
  // Sums of shares may round to just above the whole.
  return Math.min(1, area);
}

function errorsByImage(
  truth: readonly DetectionTruth[],
  taken: ReadonlyMap<TrueFace, Detection>,
  mistakes: readonly string[],
): ImageErrors[] {
  const falsePositives = new Map<string, number>();
  for (const image of mistakes) falsePositives.set(image, (falsePositives.get(image) ?? 0) + 1);
  return truth.map(({ image, faces }) => ({
    image,
    missed: faces.filter(face => !face.ignore && !taken.has(face)).length,
    falsePositives: falsePositives.get(image) ?? 0,
  }));
}

function recallBySize(counted: readonly TrueFace[], taken: ReadonlyMap<TrueFace, Detection>): SizeRecall[] {
  return SIZE_EDGES.map((from, i): SizeRecall => {
    const to = SIZE_EDGES[i + 1] ?? null;
    const own = counted.filter(({ bbox }) => {
      const size = Math.sqrt((bbox[2] - bbox[0]) * (bbox[3] - bbox[1]));
      return size >= from && (to === null || size < to);
    });
    const found = own.filter(face => taken.has(face)).length;
    return { from, to, faces: own.length, found, ...wilsonEstimate(found, own.length) };
  }).filter(bucket => bucket.faces > 0);
}

function pointError(taken: ReadonlyMap<TrueFace, Detection>): PointError | null {
  const errors = [...taken]
    .flatMap(([face, { kps }]) => (face.kps && kps ? [normalisedPointError(kps, face.kps)] : []))
    .filter(error => Number.isFinite(error.mean));
  if (errors.length === 0) return null;
  const means = Float64Array.from(errors, error => error.mean).sort();
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    faces: errors.length,
    mean: average([...means]),
    median: quantile(means, 0.5),
    p95: quantile(means, 0.95),
    failures: means.filter(mean => mean > 0.1).length / means.length,
    perPoint: [0, 1, 2, 3, 4].map(i => average(errors.map(error => error.each[i]!))),
  };
}
