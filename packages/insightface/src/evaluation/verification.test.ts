import { describe, expect, test } from 'vitest';
import { foldAccuracy, foldsInOrder } from './folds.js';
import { principalComponents, projectToUnit } from './pca.js';
import { mulberry32 } from './random.js';
import { formulaPairs } from './testing/formula-embeddings.js';
import {
  evaluateSimilarities,
  evaluateVerification,
  type VerificationPair,
  worstErrors,
} from './verification.js';

/** The protocol's text as nested loops over every pair, fold and threshold. */
function naiveAccuracy(distances: number[], same: boolean[], foldOf: ArrayLike<number>, folds: number) {
  const rightAt = (threshold: number, members: number[]) =>
    members.filter(i => !Number.isNaN(distances[i]!) && distances[i]! < threshold === same[i]).length;
  return Array.from({ length: folds }, (_, fold) => {
    const all = distances.map((_, i) => i);
    const train = all.filter(i => foldOf[i] !== fold);
    const test = all.filter(i => foldOf[i] === fold);
    let best = 0;
    for (let t = 1; t < 400; t++) if (rightAt(t * 0.01, train) > rightAt(best * 0.01, train)) best = t;
    return { accuracy: rightAt(best * 0.01, test) / test.length, threshold: best * 0.01 };
  });
}

test('accuracy of the folds equals the protocol spelt out, with ties, distances on the grid and missed pairs', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = mulberry32(seed);
    const count = 20 + Math.floor(random() * 60);
    const same = Array.from({ length: count }, () => random() < 0.5);
    // Whole hundredths lie exactly on thresholds, where only "strictly below" accepts.
    const distances = same.map(genuine =>
      random() < 0.1
        ? Number.NaN
        : Math.floor((random() * 2.4 + (genuine ? 0 : 1.6)) * 100) * (random() < 0.7 ? 0.01 : 0.010001),
    );
    const foldOf = Int32Array.from({ length: count }, (_, i) => i % 7);
    const result = foldAccuracy({ distances, same, foldOf, folds: 7 });
    const truth = naiveAccuracy(distances, same, foldOf, 7);
    expect(result.accuracy).toEqual(truth.map(fold => fold.accuracy));
    expect(result.thresholds).toEqual(truth.map(fold => fold.threshold));
  }
});

describe('missed images', () => {
  const { pairs, embeddings } = formulaPairs(200, 16, 1, 0.2);
  const whole = evaluateVerification({ pairs, embeddings }).summary;

  test('without them this set is perfect', () => {
    expect(whole).toMatchObject({ pairs: 200, missed: 0, accuracy: { mean: 1, std: 0 }, auc: 1, eer: 0 });
    expect(whole.tar['1e-2']!.value).toBe(1);
  });

  test('a genuine pair with one is an error and a false reject', () => {
    const holes = new Map(embeddings).set('0', undefined);
    const { summary, missedImages } = evaluateVerification({ pairs, embeddings: holes });
    expect(missedImages).toEqual(['0']);
    expect(summary.missed).toBe(1);
    expect(summary.accuracy.mean).toBeCloseTo(199 / 200, 12);
    expect(summary.tar['1e-2']!.value).toBeCloseTo(99 / 100, 12);
    expect(summary.auc).toBeCloseTo(0.99, 12);
  });

  test('an impostor pair with one is an error too, and absent names are missed as well', () => {
    const impostor = pairs.find(pair => !pair.same)!;
    const holes = new Map(embeddings);
    holes.delete(impostor.b);
    const { summary } = evaluateVerification({ pairs, embeddings: holes });
    expect(summary.missed).toBe(1);
    expect(summary.accuracy.mean).toBeCloseTo(199 / 200, 12);
    expect(summary.tar['1e-2']!.value).toBe(1);
  });

  test('all missed: accuracy 0 and no rates, not an exception', () => {
    const { summary } = evaluateVerification({ pairs, embeddings: new Map() });
    expect(summary).toMatchObject({ missed: 200, accuracy: { mean: 0 }, auc: null, eer: null, tar: {} });
  });
});

test('the summary has exactly the fields that the command promises', () => {
  const { summary } = evaluateVerification(formulaPairs(200, 16, 3, 1.1));
  expect(Object.keys(summary)).toEqual(['pairs', 'missed', 'accuracy', 'auc', 'eer', 'tar', 'thresholds']);
  expect(Object.keys(summary.accuracy)).toEqual(['mean', 'std']);
  expect(Object.keys(summary.tar)).toEqual(['1e-1', '1e-2']);
  expect(Object.keys(summary.tar['1e-1']!)).toEqual(['value', 'low', 'high']);
  expect(Object.keys(summary.thresholds)).toEqual(['1e-1', '1e-2']);
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
});

test('folds that the pairs name are kept, whatever the order of the pairs', () => {
  const { pairs, embeddings } = formulaPairs(200, 16, 5, 1.1);
  const named = pairs.map((pair, i) => ({ ...pair, fold: 1 + Math.floor(i / 20) }));
  const inOrder = evaluateVerification({ pairs, embeddings });
  const reversed = evaluateVerification({ pairs: named.toReversed(), embeddings });
  expect(reversed.folds.accuracy).toEqual(inOrder.folds.accuracy);
});

test('ready similarities give the same as embeddings', () => {
  const { pairs, embeddings } = formulaPairs(200, 16, 7, 1.1);
  const direct = evaluateVerification({ pairs, embeddings });
  expect(evaluateSimilarities(pairs, direct.similarities).summary).toEqual(direct.summary);
});

test('scaling an embedding changes nothing', () => {
  const { pairs, embeddings } = formulaPairs(40, 16, 9, 1.1);
  const scaled = new Map([...embeddings].map(([name, row]) => [name, row?.map(value => value * 8)]));
  expect(evaluateVerification({ pairs, embeddings: scaled }).summary).toEqual(
    evaluateVerification({ pairs, embeddings }).summary,
  );
});

test('the worst errors are the missed ones, then the most confident ones', () => {
  const pairs: VerificationPair[] = [0.9, 0.8, 0.1, -0.2, 0.2, 0.95, 0.3, 0.05].map((_, i) => ({
    a: `${i}a`,
    b: `${i}b`,
    same: i < 4,
  }));
  const similarities = [0.9, 0.8, -0.2, Number.NaN, 0.2, 0.95, 0.3, 0.05];
  const result = evaluateSimilarities(pairs, similarities, { folds: 1 });
  const { falseRejects, falseAccepts } = worstErrors(result, 3);
  expect(falseRejects[0]).toBe(3);
  expect(falseAccepts[0]).toBe(5);
  const rightShare = 1 - (falseRejects.length + falseAccepts.length) / pairs.length;
  expect(result.summary.accuracy.mean).toBeCloseTo(rightShare, 12);
});

test('bad input is refused with a code', () => {
  const pair = { a: 'a', b: 'b', same: true };
  const run =
    (embeddings: [string, Float32Array][], pairs: VerificationPair[] = [pair]) =>
    () =>
      evaluateVerification({ pairs, embeddings: new Map(embeddings) });
  const one = new Float32Array([1, 0]);
  const code = (value: string) => expect.objectContaining({ code: value });
  expect(run([], [])).toThrow(code('DATASET_INVALID'));
  expect(run([], [pair, { ...pair, fold: 1 }])).toThrow(code('DATASET_INVALID'));
  expect(run([['a', one], ['b', new Float32Array(3).fill(1)]])).toThrow(code('MODEL_MISMATCH')); // biome-ignore format: one line each
  expect(run([['a', new Float32Array(2)]])).toThrow(code('EMBEDDING_INVALID'));
  expect(run([['a', new Float32Array([Number.NaN, 1])]])).toThrow(code('EMBEDDING_INVALID'));
  expect(() => foldsInOrder(3, 4)).toThrow(code('INVALID_ARGUMENT'));
  expect(() => evaluateSimilarities([pair], [])).toThrow(code('INVALID_ARGUMENT'));
});

test('principal components keep the plane that the points lie in', () => {
  const random = mulberry32(4);
  const axes = [
    [0.6, 0.8, 0, 0],
    [0, 0, 1, 0],
  ];
  const rows = Array.from({ length: 50 }, () => {
    const [u, v] = [random() * 4 - 2, random() * 2 - 1];
    return axes[0]!.map((value, d) => value * u + axes[1]![d]! * v + 3);
  });
  const projection = principalComponents(rows, 2);
  for (const row of rows.slice(0, 10)) {
    const projected = projectToUnit(projection, row);
    const offset = row.map((value, d) => value - projection.mean[d]!);
    const length = Math.hypot(...offset);
    const back = offset.map(
      (_, d) => length * projection.components.reduce((s, c, k) => s + c[d]! * projected[k]!, 0),
    );
    for (const [d, value] of back.entries()) expect(value).toBeCloseTo(offset[d]!, 9);
  }
  expect(() => principalComponents(rows, 5)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});
