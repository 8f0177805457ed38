import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sharedPath } from '../testing/shared-data.js';
import { foldAccuracy, foldsInOrder, valAtFar } from './folds.js';
import { templateFeatures, tprAtNearestFpr } from './ijb.js';
import { mulberry32 } from './random.js';
import { areaUnderCurve, rocCurve } from './roc.js';
import { formulaPairs, uniformRows } from './testing/formula-embeddings.js';
import { evaluateVerification, unitEmbeddings } from './verification.js';

interface GoldenCase {
  pairs: number;
  dim: number;
  seed: number;
  noise: number;
  pca: number;
  nrof_folds: number;
  accuracy: number[];
  accuracy_mean: number;
  accuracy_std: number;
  val: number;
  val_std: number;
  far: number;
  far_target: number;
  best_thresholds: number[];
  first_distances: number[];
  last_distance: number;
  tpr_every_10th: number[];
  fpr_every_10th: number[];
}

interface Golden {
  verification: GoldenCase[];
  calculate_val: GoldenCase[];
  kfold: { n: number; folds: number; test_sets_first_and_count: [number, number][] }[];
  'small_lfw.bin': { result: { pair_distances: number[]; calculate_roc_accuracy_per_fold: number[] } };
  ijb: {
    template_feature_first: number[];
    template_feature_of_third: number[];
    scores_first_10: number[];
    score_sum: number;
    auc: number;
    tpr_at_fpr: { fpr_target: number; tpr: number; fpr_taken: number }[];
  };
}

const golden = JSON.parse(readFileSync(sharedPath('golden/evaluation.json'), 'utf8')) as Golden;

/** The golden figures have 6 significant digits. */
const close = (actual: ArrayLike<number>, expected: number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs(actual[i]! - value)).toBeLessThan(1e-6 + 5e-6 * Math.abs(value));
};

describe('parity with InsightFace verification.py', () => {
  for (const expected of golden.verification) {
    const { pairs, dim, seed, noise, pca } = expected;
    test(`${pairs} pairs of ${dim} numbers, noise ${noise}, ${pca} principal components`, () => {
      const input = formulaPairs(pairs, dim, seed, noise);
      const result = evaluateVerification({ ...input, folds: expected.nrof_folds, pca });
      close(result.folds.accuracy, expected.accuracy);
      close([result.folds.mean, result.folds.std], [expected.accuracy_mean, expected.accuracy_std]);
      if (expected.best_thresholds.length > 0) close(result.folds.thresholds, expected.best_thresholds);
      const tenth = (values: Float64Array) => values.filter((_, i) => i % 10 === 0);
      close(tenth(result.folds.tpr), expected.tpr_every_10th);
      close(tenth(result.folds.fpr), expected.fpr_every_10th);
      close(
        [result.val!.val, result.val!.std, result.val!.far],
        [expected.val, expected.val_std, expected.far],
      );
      const distances = result.similarities.map(similarity => 2 - 2 * similarity);
      close(distances.slice(0, 5), expected.first_distances);
      close(distances.slice(-1), [expected.last_distance]);
    });
  }

  test('VAL at other rates and numbers of folds', () => {
    for (const expected of golden.calculate_val) {
      const { pairs, embeddings } = formulaPairs(expected.pairs, expected.dim, expected.seed, expected.noise);
      const { similarities } = evaluateVerification({ pairs, embeddings });
      const folds = expected.nrof_folds;
      const val = valAtFar(
        {
          distances: similarities.map(similarity => 2 - 2 * similarity),
          same: pairs.map(pair => pair.same),
          foldOf: foldsInOrder(pairs.length, folds),
          folds,
        },
        expected.far_target,
      )!;
      close([val.val, val.std, val.far], [expected.val, expected.val_std, expected.far]);
    }
  });

  test('folds are cut where scikit-learn cuts them', () => {
    for (const { n, folds, test_sets_first_and_count } of golden.kfold) {
      const foldOf = [...foldsInOrder(n, folds)];
      const cuts = Array.from({ length: folds }, (_, fold) => [
        foldOf.indexOf(fold),
        foldOf.filter(own => own === fold).length,
      ]);
      expect(cuts).toEqual(test_sets_first_and_count);
    }
  });

  test('the ten same pairs of small_lfw.bin', () => {
    const { pair_distances, calculate_roc_accuracy_per_fold } = golden['small_lfw.bin'].result;
    const { accuracy } = foldAccuracy({
      distances: pair_distances,
      same: pair_distances.map(() => true),
      foldOf: foldsInOrder(10, 10),
      folds: 10,
    });
    expect(accuracy).toEqual(calculate_roc_accuracy_per_fold);
  });
});

test('parity with InsightFace eval_ijbc.py: template features, scores, AUC and TPR at the nearest FPR', () => {
  const centres = uniformRows(3000, 30, 32);
  const noise = uniformRows(3001, 600, 32);
  const random = mulberry32(3002);
  const images = Array.from({ length: 600 }, (_, i) => {
    const t = Math.floor(i / 5);
    const j = i % 5;
    const score = 0.3 + 0.7 * random();
    const feature = centres[t % 30]!.map((value, d) => (value + 2.2 * noise[i]![d]!) * score);
    return { template: 3 * t + 7, media: 7 * t + (t % 3 === 0 ? j : Math.floor(j / 2)), feature };
  });
  const features = [...templateFeatures(images).values()];
  close(features[0]!, golden.ijb.template_feature_first);
  close(features[2]!, golden.ijb.template_feature_of_third);
  const scores: number[] = [];
  const same: boolean[] = [];
  for (let i = 0; i < features.length; i++)
    for (let j = i + 1; j < features.length; j++) {
      scores.push(features[i]!.reduce((sum, value, d) => sum + value * features[j]![d]!, 0));
      same.push(i % 30 === j % 30);
    }
  close(scores.slice(0, 10), golden.ijb.scores_first_10);
  expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(golden.ijb.score_sum, 3);
  const roc = rocCurve(scores, same);
  close([areaUnderCurve(roc)!], [golden.ijb.auc]);
  for (const { fpr_target, tpr, fpr_taken } of golden.ijb.tpr_at_fpr) {
    const point = tprAtNearestFpr(roc, fpr_target);
    close([point.tpr, point.fpr], [tpr, fpr_taken]);
  }
});

test('unit embeddings have length 1', () => {
  const units = unitEmbeddings(new Map([['a', new Float32Array([3, 4])]]));
  expect([...units.get('a')!]).toEqual([0.6, 0.8]);
});
