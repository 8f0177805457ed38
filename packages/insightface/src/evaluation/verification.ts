// Verification (1:1): pairs and embeddings in, every figure of the field out.
// Accuracy as folds.ts (InsightFace's and LFW View 2's protocol), ROC figures as roc.ts; both say how missed images count.
import { InsightFaceError } from '../errors.js';
import { type FoldResult, foldAccuracy, foldsInOrder, type ValResult, valAtFar } from './folds.js';
import { principalComponents, projectToUnit } from './pca.js';
import {
  areaUnderCurve,
  type EqualErrorRate,
  equalErrorRate,
  type Roc,
  rocCurve,
  type TarAtFar,
  tarAtFar,
} from './roc.js';
import { type Estimate, farKey, type MeanAndStd } from './statistics.js';

/** Two images, and whether they show the same person. */
export interface VerificationPair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** Number of the fold, from 0, where the data set fixes it (LFW View 2). All pairs have one, or none. */
  readonly fold?: number;
}

/** An embedding of any length above 0; it is scaled to unit length here. */
export type EmbeddingVector = Float32Array | Float64Array;

export interface VerificationOptions {
  /** Folds in file order where the pairs name none. Default 10, or one for each pair when there are fewer. */
  readonly folds?: number;
  /**
   * False accept rates to report at. Default 1e-1 to 1e-6, as far down as the impostor pairs allow: a rate below one
   * in their number says nothing.
   */
  readonly fars?: readonly number[];
  /** Principal components kept, learnt on the training folds, for the accuracy alone. Default 0: none. */
  readonly pca?: number;
}

export interface VerificationInput extends VerificationOptions {
  readonly pairs: readonly VerificationPair[];
  /** By image name. A name that is absent or undefined was missed (no face, or it failed) and counts as an error. */
  readonly embeddings: ReadonlyMap<string, EmbeddingVector | undefined>;
}

/** What `insightface eval verification --json` prints. Null: the pairs are all of one kind. */
export interface VerificationSummary {
  readonly pairs: number;
  /** Pairs with an image that gave no embedding. */
  readonly missed: number;
  /** Of the folds, 0 to 1. */
  readonly accuracy: MeanAndStd;
  readonly auc: number | null;
  readonly eer: number | null;
  /** By false accept rate, such as `1e-3`: true accept rate and its 95 % Wilson interval. */
  readonly tar: Readonly<Record<string, Estimate>>;
  /** By false accept rate: cosine similarity at or above which a pair is accepted. Valid for this model alone. */
  readonly thresholds: Readonly<Record<string, number>>;
}

/** Every figure, and the single scores. */
export interface VerificationResult {
  readonly pairs: readonly VerificationPair[];
  /** [pairs] cosine similarities, NaN for missed pairs. */
  readonly similarities: Float64Array;
  /** Names of the images that gave no embedding, in order of appearance. */
  readonly missedImages: readonly string[];
  /** [pairs] the fold each pair was judged in. */
  readonly foldOf: Int32Array;
  readonly folds: FoldResult;
  /** InsightFace's VAL at FAR 1e-3 by folds. */
  readonly val: ValResult | null;
  readonly roc: Roc;
  readonly auc: number | null;
  readonly eer: EqualErrorRate | null;
  readonly tar: readonly TarAtFar[];
  readonly summary: VerificationSummary;
}

/**
 * Evaluates a recogniser on pairs.
 * @example
 * const { summary } = evaluateVerification({ pairs, embeddings });
 * summary.accuracy.mean; // 0.9945
 * @throws InsightFaceError `DATASET_INVALID` without pairs or with half-given folds; `MODEL_MISMATCH` when embeddings differ
 * in length; `EMBEDDING_INVALID` when one is all zeros or holds NaN; `INVALID_ARGUMENT` for impossible options.
 */
export function evaluateVerification(input: VerificationInput): VerificationResult {
  const units = unitEmbeddings(input.embeddings);
  const { pairs } = input;
  const distances = Float64Array.from(pairs, pair => squaredDistance(units.get(pair.a), units.get(pair.b)));
  const missedImages = [...new Set(pairs.flatMap(pair => [pair.a, pair.b]))].filter(name => !units.has(name));
  return judge(input, distances, missedImages, units);
}

/**
 * The same for ready similarities, as an ensemble of models gives them.
 * @param similarities [pairs] cosines, -1 to 1; NaN for missed pairs.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the lengths differ; `DATASET_INVALID` as {@link evaluateVerification}.
 */
export function evaluateSimilarities(
  pairs: readonly VerificationPair[],
  similarities: ArrayLike<number>,
  options: Omit<VerificationOptions, 'pca'> = {},
): VerificationResult {
  if (similarities.length !== pairs.length)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `There are ${similarities.length} similarities for ${pairs.length} pairs; give one for each.`,
    );
  const distances = Float64Array.from(similarities, similarity => 2 - 2 * similarity);
  return judge({ ...options, pairs }, distances, [], new Map());
}

/**
 * The wrong decisions of the folds, the gravest first: missed pairs, then by how far they lie beyond the fold's threshold.
 * @param count at most this many of each kind.
 */
export function worstErrors(
  result: VerificationResult,
  count: number,
): { falseRejects: number[]; falseAccepts: number[] } {
  const { pairs, similarities, foldOf, folds } = result;
  const excess = (i: number): number => {
    const threshold = 1 - folds.thresholds[foldOf[i]!]! / 2;
    if (Number.isNaN(similarities[i])) return Number.POSITIVE_INFINITY;
    return pairs[i]!.same ? threshold - similarities[i]! : similarities[i]! - threshold;
  };
  const errors = pairs.map((_, i) => i).filter(i => folds.correct[i] === 0);
  const worst = (same: boolean) =>
    errors
      .filter(i => pairs[i]!.same === same)
      .sort((i, j) => (excess(i) === excess(j) ? i - j : excess(j) - excess(i)))
      .slice(0, count);
  return { falseRejects: worst(true), falseAccepts: worst(false) };
}

function judge(
  input: VerificationOptions & { readonly pairs: readonly VerificationPair[] },
  distances: Float64Array,
  missedImages: readonly string[],
  units: ReadonlyMap<string, Float64Array>,
): VerificationResult {
  const { pairs } = input;
  const same = pairs.map(pair => pair.same);
  const { foldOf, folds: foldCount } = assignFolds(pairs, input.folds);
  const foldInput = { distances, same, foldOf, folds: foldCount };
  const pca = input.pca ?? 0;
  const folds = foldAccuracy(
    foldInput,
    pca > 0 ? fold => projectedDistances(pairs, units, foldOf, fold, pca) : undefined,
  );
  const similarities = distances.map(distance => 1 - distance / 2);
  const roc = rocCurve(similarities, same);
  // Missed pairs count here, so that one missed image does not take the last rate out of the report.
  const impostors = roc.impostor === 0 ? 0 : roc.impostor + roc.missedImpostor;
  const fars = input.fars ?? [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6].filter(far => far * impostors >= 1 - 1e-9);
  const tar = fars.map(far => tarAtFar(roc, far)).filter(point => point !== null);
  const auc = areaUnderCurve(roc);
  const eer = equalErrorRate(roc);
  const summary: VerificationSummary = {
    pairs: pairs.length,
    missed: roc.missedGenuine + roc.missedImpostor,
    accuracy: { mean: folds.mean, std: folds.std },
    auc,
    eer: eer?.value ?? null,
    tar: Object.fromEntries(
      tar.map(({ target, value, low, high }) => [farKey(target), { value, low, high }]),
    ),
    thresholds: Object.fromEntries(tar.map(({ target, threshold }) => [farKey(target), threshold])),
  };
  const val = valAtFar(foldInput);
  return { pairs, similarities, missedImages, foldOf, folds, val, roc, auc, eer, tar, summary };
}

function assignFolds(
  pairs: readonly VerificationPair[],
  folds?: number,
): { foldOf: Int32Array; folds: number } {
  if (pairs.length === 0)
    throw new InsightFaceError('DATASET_INVALID', 'There are no pairs to evaluate; check the pairs file.');
  if (pairs.every(pair => pair.fold === undefined)) {
    const count = folds ?? Math.min(10, pairs.length);
    return { foldOf: foldsInOrder(pairs.length, count), folds: count };
  }
  // Fold numbers may have gaps, so they are counted in order of their value.
  const numbers = [...new Set(pairs.map(pair => pair.fold))].sort((a, b) => (a ?? -1) - (b ?? -1));
  if (numbers.some(number => !Number.isInteger(number)))
    throw new InsightFaceError('DATASET_INVALID', 'Give every pair the number of its fold, or none of them.');
  const place = new Map(numbers.map((number, i) => [number, i]));
  return { foldOf: Int32Array.from(pairs, pair => place.get(pair.fold)!), folds: numbers.length };
}

/**
 * Scales embeddings to unit length in double precision; what was missed is left out.
 * @throws InsightFaceError `MODEL_MISMATCH` when lengths differ; `EMBEDDING_INVALID` when one is all zeros or not finite.
 */
export function unitEmbeddings(
  embeddings: ReadonlyMap<string, EmbeddingVector | undefined>,
): Map<string, Float64Array> {
  const units = new Map<string, Float64Array>();
  let length: number | undefined;
  for (const [name, embedding] of embeddings) {
    if (embedding === undefined) continue;
    length ??= embedding.length;
    if (embedding.length !== length)
      throw new InsightFaceError(
        'MODEL_MISMATCH',
        `The embedding of ${name} has ${embedding.length} numbers and others ${length}; use one model for all.`,
      );
    let squares = 0;
    for (let d = 0; d < length; d++) squares += embedding[d]! * embedding[d]!;
    const norm = Math.sqrt(squares);
    if (!(norm > 0 && Number.isFinite(norm)))
      throw new InsightFaceError(
        'EMBEDDING_INVALID',
        `The embedding of ${name} is empty, all zeros or not finite; pass undefined for an image without a face.`,
      );
    units.set(
      name,
      Float64Array.from(embedding, value => value / norm),
    );
  }
  return units;
}

function squaredDistance(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (!a || !b) return Number.NaN;
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d]! - b[d]!) ** 2;
  return sum;
}

function projectedDistances(
  pairs: readonly VerificationPair[],
  units: ReadonlyMap<string, Float64Array>,
  foldOf: Int32Array,
  fold: number,
  count: number,
): Float64Array {
  const training = pairs
    .filter((_, i) => foldOf[i] !== fold)
    .flatMap(pair => [units.get(pair.a), units.get(pair.b)])
    .filter(row => row !== undefined);
  const projection = principalComponents(training, count);
  const projected = new Map([...units].map(([name, row]) => [name, projectToUnit(projection, row)]));
  return Float64Array.from(pairs, pair => squaredDistance(projected.get(pair.a), projected.get(pair.b)));
}
