// The accuracy protocol of the field on squared distances, after InsightFace `recognition/arcface_torch/eval/verification.py`
// (itself after facenet, and LFW View 2): the best threshold of nine folds judges the tenth.
// Constants: squared L2 distance of unit embeddings (0 to 4, 2 - 2 cosine), accepted when strictly below the threshold;
// thresholds 0, 0.01 .. 3.99 for accuracy and 0, 0.001 .. 3.999 for VAL at FAR; first best threshold wins; population std.
//
// Missed pairs (distance NaN) are errors: wrong in accuracy whatever the threshold, genuine or impostor; false rejects in
// VAL; left out of the false accept rate, where they are no comparison.
import { InsightFaceError } from '../errors.js';
import { type MeanAndStd, meanAndStd } from './statistics.js';

const ACCURACY_STEP = 0.01;
const VAL_STEP = 0.001;
const FARTHEST = 4;

/** What the folds gave. */
export interface FoldResult extends MeanAndStd {
  /** Accuracy of each fold, 0 to 1, with the threshold of the others. */
  readonly accuracy: readonly number[];
  /** Squared distance below which a pair of the fold was called the same. */
  readonly thresholds: readonly number[];
  /** Mean of the folds' true and false positive rates at each of the 400 thresholds. */
  readonly tpr: Float64Array;
  readonly fpr: Float64Array;
  /** [N] 1 where the pair was judged rightly by its fold's threshold. */
  readonly correct: Uint8Array;
}

/** Validation rate at a false accept rate. */
export interface ValResult {
  readonly val: number;
  readonly std: number;
  /** The false accept rate on the held-out folds, which may differ from the target. */
  readonly far: number;
}

/** Pairs as the protocol sees them. */
export interface FoldInput {
  /** [N] squared distances, NaN for a missed pair. */
  readonly distances: ArrayLike<number>;
  readonly same: ArrayLike<boolean>;
  /** [N] number of each pair's fold, 0 to `folds - 1`. */
  readonly foldOf: ArrayLike<number>;
  readonly folds: number;
}

/**
 * Folds in file order, sizes as scikit-learn's `KFold` without shuffling: the first `count % folds` have one more.
 * @returns [count] the fold of each item.
 * @throws InsightFaceError `INVALID_ARGUMENT` when there are fewer items than folds.
 */
export function foldsInOrder(count: number, folds: number): Int32Array {
  if (!Number.isInteger(folds) || folds < 1 || folds > count)
    throw new InsightFaceError('INVALID_ARGUMENT', `${count} pairs cannot make ${folds} folds.`);
  const foldOf = new Int32Array(count);
  let from = 0;
  for (let fold = 0; fold < folds; fold++) {
    const to = from + Math.floor(count / folds) + (fold < count % folds ? 1 : 0);
    foldOf.fill(fold, from, to);
    from = to;
  }
  return foldOf;
}

/**
 * Accuracy fold by fold. `distancesOf` replaces the distances for one fold, where a projection is learnt on the others.
 * With one fold the threshold is chosen on the pairs it judges, as InsightFace does.
 */
export function foldAccuracy(
  input: FoldInput,
  distancesOf?: (fold: number) => ArrayLike<number>,
): FoldResult {
  const steps = Math.round(FARTHEST / ACCURACY_STEP);
  const accuracy: number[] = [];
  const thresholds: number[] = [];
  const tpr = new Float64Array(steps);
  const fpr = new Float64Array(steps);
  const right = new Uint8Array(input.distances.length);
  const shared = distancesOf ? undefined : countBelow(input, input.distances, ACCURACY_STEP, steps);
  for (let fold = 0; fold < input.folds; fold++) {
    const distances = distancesOf ? distancesOf(fold) : input.distances;
    const counts = shared ?? countBelow(input, distances, ACCURACY_STEP, steps);
    const test = counts.ofFold(fold);
    const train = input.folds > 1 ? counts.ofOthers(fold) : test;
    let best = 0;
    for (let t = 1; t < steps; t++) if (correct(train, t) > correct(train, best)) best = t;
    accuracy.push(correct(test, best) / test.pairs);
    const threshold = best * ACCURACY_STEP;
    thresholds.push(threshold);
    for (let i = 0; i < right.length; i++) {
      const distance = distances[i]!;
      if (input.foldOf[i] === fold && !Number.isNaN(distance))
        right[i] = Number(distance < threshold === input.same[i]);
    }
    for (let t = 0; t < steps; t++) {
      tpr[t]! += share(test.genuineBelow[t]!, test.genuine) / input.folds;
      fpr[t]! += share(test.impostorBelow[t]!, test.impostor) / input.folds;
    }
  }
  return { accuracy, thresholds, tpr, fpr, correct: right, ...meanAndStd(accuracy) };
}

/**
 * Validation rate at a false accept rate: on nine folds the threshold is interpolated linearly where their FAR reaches the
 * target (0 when it never does), and judged on the tenth. Null without pairs of both kinds.
 */
export function valAtFar(input: FoldInput, farTarget = 1e-3): ValResult | null {
  const steps = Math.round(FARTHEST / VAL_STEP);
  const counts = countBelow(input, input.distances, VAL_STEP, steps);
  const vals: number[] = [];
  const fars: number[] = [];
  for (let fold = 0; fold < input.folds; fold++) {
    const test = counts.ofFold(fold);
    const train = input.folds > 1 ? counts.ofOthers(fold) : test;
    const threshold = thresholdAtFar(train, farTarget, steps);
    let accepted = 0;
    let falselyAccepted = 0;
    for (let i = 0; i < input.distances.length; i++) {
      if (input.foldOf[i] !== fold || !(input.distances[i]! < threshold)) continue;
      if (input.same[i]) accepted++;
      else falselyAccepted++;
    }
    if (test.genuine > 0) vals.push(accepted / test.genuine);
    if (test.impostor > 0) fars.push(falselyAccepted / test.impostor);
  }
  if (vals.length === 0 || fars.length === 0) return null;
  const { mean, std } = meanAndStd(vals);
  return { val: mean, std, far: meanAndStd(fars).mean };
}

function thresholdAtFar(train: Counts, target: number, steps: number): number {
  const far = (t: number) => share(train.impostorBelow[t]!, train.impostor);
  if (far(steps - 1) < target) return 0;
  // As numpy.interp on a rising curve with flat parts: from the last point at or below the target to the next.
  let last = 0;
  while (last + 1 < steps && far(last + 1) <= target) last++;
  if (last === steps - 1) return last * VAL_STEP;
  const slope = VAL_STEP / (far(last + 1) - far(last));
  return last * VAL_STEP + slope * (target - far(last));
}

/** Pairs of some folds: how many there are, and how many lie below each threshold. */
interface Counts {
  readonly pairs: number;
  /** Genuine pairs, missed ones too. */
  readonly genuine: number;
  /** Impostor pairs that were compared. */
  readonly impostor: number;
  readonly genuineBelow: Float64Array;
  readonly impostorBelow: Float64Array;
}

/** Right decisions at a threshold; a missed pair is in neither term. */
function correct(counts: Counts, threshold: number): number {
  return counts.genuineBelow[threshold]! + counts.impostor - counts.impostorBelow[threshold]!;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function countBelow(input: FoldInput, distances: ArrayLike<number>, step: number, steps: number) {
  const empty = () => ({
    pairs: 0,
    genuine: 0,
    impostor: 0,
    genuineBelow: new Float64Array(steps),
    impostorBelow: new Float64Array(steps),
  });
  const perFold = Array.from({ length: input.folds }, empty);
  for (let i = 0; i < distances.length; i++) {
    const counts = perFold[input.foldOf[i]!]!;
    const distance = distances[i]!;
    counts.pairs++;
    if (input.same[i]) counts.genuine++;
    else if (!Number.isNaN(distance)) counts.impostor++;
    if (Number.isNaN(distance)) continue;
    const first = firstAbove(distance, step);
    if (first >= steps) continue;
    if (input.same[i]) counts.genuineBelow[first]!++;
    else counts.impostorBelow[first]!++;
  }
  const total = empty();
  for (const counts of perFold) {
    for (let t = 1; t < steps; t++) {
      counts.genuineBelow[t]! += counts.genuineBelow[t - 1]!;
      counts.impostorBelow[t]! += counts.impostorBelow[t - 1]!;
    }
    addTo(total, counts, 1);
  }
  return {
    ofFold: (fold: number): Counts => perFold[fold]!,
    ofOthers: (fold: number): Counts => {
      const others = {
        ...total,
        genuineBelow: total.genuineBelow.slice(),
        impostorBelow: total.impostorBelow.slice(),
      };
      addTo(others, perFold[fold]!, -1);
      return others;
    },
  };
}

type MutableCounts = { -readonly [K in keyof Counts]: Counts[K] };

function addTo(sum: MutableCounts, counts: Counts, sign: 1 | -1): void {
  sum.pairs += sign * counts.pairs;
  sum.genuine += sign * counts.genuine;
  sum.impostor += sign * counts.impostor;
  for (let t = 0; t < sum.genuineBelow.length; t++) {
    sum.genuineBelow[t]! += sign * counts.genuineBelow[t]!;
    sum.impostorBelow[t]! += sign * counts.impostorBelow[t]!;
  }
}

/** Number of the first threshold `t * step` that lies strictly above the distance. */
function firstAbove(distance: number, step: number): number {
  let t = Math.max(0, Math.floor(distance / step));
  while (t > 0 && distance < (t - 1) * step) t--;
  while (!(distance < t * step)) t++;
  return t;
}
