// Receiver operating characteristic of a verification test, with ties and missed images treated honestly.
// A comparison is accepted when its score is at or above the threshold, so equal scores always fall on the same side.
//
// Missed comparisons (score NaN: an image without a face, or one that failed):
//  - a missed genuine pair is never accepted: a false reject at every threshold, so TAR cannot reach 1;
//  - a missed impostor pair is left out of the false accept rate: it is no comparison, and a model must not lower its FAR
//    by missing faces. (Accuracy counts it as an error; see folds.ts.)
import { InsightFaceError } from '../errors.js';
import { type Estimate, wilsonEstimate } from './statistics.js';

/** One curve: a point for each distinct score, thresholds falling; point 0 accepts nothing (threshold Infinity). */
export interface Roc {
  readonly thresholds: Float64Array;
  /** Impostor pairs accepted at each point. */
  readonly falseAccepts: Float64Array;
  /** Genuine pairs accepted at each point. */
  readonly trueAccepts: Float64Array;
  /** Genuine pairs, the missed ones too: the denominator of TAR. */
  readonly genuine: number;
  /** Impostor pairs that were compared: the denominator of FAR. */
  readonly impostor: number;
  readonly missedGenuine: number;
  readonly missedImpostor: number;
}

/** TAR at one FAR: the best point whose false accept rate does not exceed the target. */
export interface TarAtFar extends Estimate {
  /** The FAR that was asked for. */
  readonly target: number;
  /** The FAR at the point taken, at most the target. */
  readonly far: number;
  /** Score at or above which a pair is accepted; halfway between two scores, so that rounding cannot flip a pair. */
  readonly threshold: number;
}

/** Equal error rate: where FAR equals FRR, on straight lines between neighbouring points. */
export interface EqualErrorRate {
  readonly value: number;
  readonly threshold: number;
}

/**
 * Builds the curve in O(n log n).
 * @param scores [N] higher is more alike; NaN is a missed comparison.
 * @param same [N] true for genuine pairs.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the lengths differ or a score is infinite.
 */
export function rocCurve(scores: ArrayLike<number>, same: ArrayLike<boolean>): Roc {
  if (scores.length !== same.length)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `There are ${scores.length} scores for ${same.length} pairs; give one for each.`,
    );
  const { genuine, impostor, missedGenuine, missedImpostor } = splitScores(scores, same);
  genuine.sort();
  impostor.sort();
  const most = genuine.length + impostor.length + 1;
  const thresholds = new Float64Array(most);
  const falseAccepts = new Float64Array(most);
  const trueAccepts = new Float64Array(most);
  thresholds[0] = Number.POSITIVE_INFINITY;
  let points = 1;
  let g = genuine.length - 1;
  let i = impostor.length - 1;
  while (g >= 0 || i >= 0) {
    const score = Math.max(g >= 0 ? genuine[g]! : -Infinity, i >= 0 ? impostor[i]! : -Infinity);
    while (g >= 0 && genuine[g] === score) g--;
    while (i >= 0 && impostor[i] === score) i--;
    thresholds[points] = score;
    trueAccepts[points] = genuine.length - 1 - g;
    falseAccepts[points] = impostor.length - 1 - i;
    points++;
  }
  return {
    thresholds: thresholds.slice(0, points),
    falseAccepts: falseAccepts.slice(0, points),
    trueAccepts: trueAccepts.slice(0, points),
    genuine: genuine.length + missedGenuine,
    impostor: impostor.length,
    missedGenuine,
    missedImpostor,
  };
}

/**
 * Area under the curve: the chance that a genuine pair scores above an impostor pair, ties counted half
 * (Mann and Whitney). A missed genuine pair ranks below every impostor. Null without pairs of both kinds.
 */
export function areaUnderCurve(roc: Roc): number | null {
  if (roc.genuine === 0 || roc.impostor === 0) return null;
  let area = 0;
  for (let k = 1; k < roc.thresholds.length; k++) {
    const step = roc.falseAccepts[k]! - roc.falseAccepts[k - 1]!;
    area += (step * (roc.trueAccepts[k]! + roc.trueAccepts[k - 1]!)) / 2;
  }
  return area / (roc.genuine * roc.impostor);
}

/** Equal error rate of the curve. Null without pairs of both kinds. */
export function equalErrorRate(roc: Roc): EqualErrorRate | null {
  if (roc.genuine === 0 || roc.impostor === 0) return null;
  const farAt = (k: number) => roc.falseAccepts[k]! / roc.impostor;
  const gapAt = (k: number) => 1 - roc.trueAccepts[k]! / roc.genuine - farAt(k);
  // The gap falls from 1 to at most 0: at the last point every comparison is accepted.
  let k = 1;
  while (k < roc.thresholds.length - 1 && gapAt(k) > 0) k++;
  const before = gapAt(k - 1);
  const share = before / (before - gapAt(k));
  const upper = k === 1 ? roc.thresholds[1]! : roc.thresholds[k - 1]!;
  return {
    value: farAt(k - 1) + share * (farAt(k) - farAt(k - 1)),
    threshold: upper + share * (roc.thresholds[k]! - upper),
  };
}

/**
 * True accept rate at a false accept rate, with its Wilson interval at the threshold taken (95 %; the doubt about the
 * threshold itself is not in it). Null without pairs of both kinds.
 * A target below `1 / roc.impostor` allows no false accept: the figure then rests on the single highest impostor.
 * @param target 0 to 1.
 * @throws InsightFaceError `INVALID_ARGUMENT` for a target outside that.
 */
export function tarAtFar(roc: Roc, target: number): TarAtFar | null {
  if (!(target >= 0 && target <= 1))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `A false accept rate lies between 0 and 1, not ${target}.`,
    );
  if (roc.genuine === 0 || roc.impostor === 0) return null;
  // 1e-3 of 3000 must be 3, whatever binary fractions make of it.
  const allowed = Math.floor(target * roc.impostor + 1e-9);
  let low = 0;
  let high = roc.thresholds.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (roc.falseAccepts[middle]! <= allowed) low = middle;
    else high = middle - 1;
  }
  return {
    ...wilsonEstimate(roc.trueAccepts[low]!, roc.genuine),
    target,
    far: roc.falseAccepts[low]! / roc.impostor,
    threshold: thresholdAfter(roc, low),
  };
}

/** FAR and TAR when pairs at or above `threshold` are accepted, as counts of the curve. */
export function acceptedAt(roc: Roc, threshold: number): { falseAccepts: number; trueAccepts: number } {
  let low = 0;
  let high = roc.thresholds.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (roc.thresholds[middle]! >= threshold) low = middle;
    else high = middle - 1;
  }
  return { falseAccepts: roc.falseAccepts[low]!, trueAccepts: roc.trueAccepts[low]! };
}

/** A threshold that accepts exactly the pairs up to a point of the curve. */
function thresholdAfter(roc: Roc, point: number): number {
  const own = roc.thresholds[point]!;
  const next = roc.thresholds[point + 1];
  if (next === undefined) return own;
  // Nothing is accepted: stand clear of the highest score by more than single precision rounds.
  if (point === 0) return next + 1e-6;
  const middle = (own + next) / 2;
  return middle > next ? middle : own;
}

function splitScores(scores: ArrayLike<number>, same: ArrayLike<boolean>) {
  const genuine = new Float64Array(scores.length);
  const impostor = new Float64Array(scores.length);
  let genuineCount = 0;
  let impostorCount = 0;
  let missedGenuine = 0;
  let missedImpostor = 0;
  for (let k = 0; k < scores.length; k++) {
    const score = scores[k]!;
    if (Number.isNaN(score)) {
      if (same[k]) missedGenuine++;
      else missedImpostor++;
    } else if (!Number.isFinite(score)) {
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `Score ${k} is infinite; use NaN for a missed comparison.`,
      );
    } else if (same[k]) genuine[genuineCount++] = score;
    else impostor[impostorCount++] = score;
  }
  return {
    genuine: genuine.subarray(0, genuineCount),
    impostor: impostor.subarray(0, impostorCount),
    missedGenuine,
    missedImpostor,
  };
}
