import { describe, expect, test } from 'vitest';
import { mulberry32 } from './random.js';
import { acceptedAt, areaUnderCurve, equalErrorRate, rocCurve, tarAtFar } from './roc.js';
import { wilsonEstimate } from './statistics.js';

/** Few distinct values, so that most scores are tied; some comparisons missed. */
function randomSet(seed: number) {
  const random = mulberry32(seed);
  const count = 2 + Math.floor(random() * 120);
  const levels = 1 + Math.floor(random() * 30);
  const missing = random() < 0.5 ? 0 : 0.1;
  const same = Array.from({ length: count }, (_, i) => (i < 2 ? i === 0 : random() < 0.4));
  const scores = same.map((genuine, i) =>
    i >= 2 && random() < missing
      ? Number.NaN
      : Math.floor((random() + (genuine ? 0.4 : 0)) * levels) / levels,
  );
  return { same, scores };
}

/** The definitions, word by word, in O(n^2). */
function naive({ same, scores }: { same: boolean[]; scores: number[] }) {
  const genuine = scores.filter((_, i) => same[i]);
  const impostor = scores.filter((score, i) => !same[i] && !Number.isNaN(score));
  const tar = (threshold: number) => genuine.filter(score => score >= threshold).length / genuine.length;
  const far = (threshold: number) => impostor.filter(score => score >= threshold).length / impostor.length;
  let wins = 0;
  for (const g of genuine) for (const i of impostor) wins += g > i ? 1 : g === i ? 0.5 : 0;
  const candidates = [Number.POSITIVE_INFINITY, ...scores.filter(score => !Number.isNaN(score))];
  return {
    tar,
    far,
    auc: wins / (genuine.length * impostor.length),
    tarAtFar: (target: number) =>
      Math.max(...candidates.filter(threshold => far(threshold) <= target + 1e-12).map(tar)),
    /** Any operating point bounds the equal error rate from one side. */
    candidates,
  };
}

describe('ROC against its definition on 300 random sets full of ties', () => {
  for (let block = 0; block < 10; block++)
    test(`sets ${block * 30} to ${block * 30 + 29}`, () => {
      for (let seed = block * 30; seed < block * 30 + 30; seed++) {
        const set = randomSet(seed);
        const truth = naive(set);
        const roc = rocCurve(set.scores, set.same);
        expect(areaUnderCurve(roc)).toBeCloseTo(truth.auc, 12);
        for (const [k, threshold] of roc.thresholds.entries()) {
          expect(roc.trueAccepts[k]! / roc.genuine).toBeCloseTo(truth.tar(threshold), 12);
          expect(roc.falseAccepts[k]! / roc.impostor).toBeCloseTo(truth.far(threshold), 12);
        }
        for (const target of [0, 0.01, 0.05, 0.1, 0.5, 1]) {
          const point = tarAtFar(roc, target)!;
          expect(point.value).toBeCloseTo(truth.tarAtFar(target), 12);
          expect(point.far).toBeLessThanOrEqual(target + 1e-12);
          // The threshold that is reported gives exactly the rates that are reported.
          expect(Number.isFinite(point.threshold)).toBe(true);
          expect(truth.tar(point.threshold)).toBeCloseTo(point.value, 12);
          expect(truth.far(point.threshold)).toBeCloseTo(point.far, 12);
          expect(acceptedAt(roc, point.threshold).trueAccepts / roc.genuine).toBeCloseTo(point.value, 12);
          expect(point.low).toBeLessThanOrEqual(point.value);
          expect(point.high).toBeGreaterThanOrEqual(point.value);
        }
        const eer = equalErrorRate(roc)!;
        for (const threshold of truth.candidates) {
          const far = truth.far(threshold);
          const frr = 1 - truth.tar(threshold);
          if (far <= frr) expect(eer.value).toBeGreaterThanOrEqual(far - 1e-12);
          if (far >= frr) expect(eer.value).toBeLessThanOrEqual(far + 1e-12);
          if (far <= frr) expect(eer.value).toBeLessThanOrEqual(frr + 1e-12);
          if (far >= frr) expect(eer.value).toBeGreaterThanOrEqual(frr - 1e-12);
        }
        expect(Number.isFinite(eer.threshold)).toBe(true);
      }
    });
});

test('perfect separation: no errors, and a threshold between the two kinds', () => {
  const roc = rocCurve([0.9, 0.8, 0.1, 0.2], [true, true, false, false]);
  expect(areaUnderCurve(roc)).toBe(1);
  expect(equalErrorRate(roc)!.value).toBe(0);
  expect(tarAtFar(roc, 0)).toMatchObject({ value: 1, far: 0, threshold: 0.5 });
});

test('equal scores everywhere are worth a coin', () => {
  const roc = rocCurve([0.5, 0.5, 0.5, 0.5], [true, true, false, false]);
  expect(areaUnderCurve(roc)).toBe(0.5);
  expect(equalErrorRate(roc)!.value).toBe(0.5);
  expect(tarAtFar(roc, 0.25)!.value).toBe(0);
});

test('a missed genuine pair is a false reject at every threshold; a missed impostor pair never lowers the FAR', () => {
  const roc = rocCurve(
    [0.9, 0.8, Number.NaN, 0.1, 0.85, Number.NaN],
    [true, true, true, false, false, false],
  );
  expect(roc).toMatchObject({ genuine: 3, impostor: 2, missedGenuine: 1, missedImpostor: 1 });
  expect(tarAtFar(roc, 1)!.value).toBeCloseTo(2 / 3, 12);
  expect(tarAtFar(roc, 0.5)).toMatchObject({ far: 0.5 });
});

test('pairs of one kind give no figures instead of invented ones', () => {
  const roc = rocCurve([0.5, 0.6], [true, true]);
  expect([areaUnderCurve(roc), equalErrorRate(roc), tarAtFar(roc, 0.1)]).toEqual([null, null, null]);
});

test('1e-3 of 3,000 impostors allows three false accepts', () => {
  const scores = [...Array.from({ length: 3000 }, (_, i) => i / 3000), 0.9988];
  const roc = rocCurve(
    scores,
    scores.map((_, i) => i === 3000),
  );
  expect(tarAtFar(roc, 1e-3)).toMatchObject({ far: 1e-3, value: 1 });
});

test('Wilson interval: textbook values', () => {
  // Newcombe 1998, table I: 81 of 263, and 0 of 20.
  const usual = wilsonEstimate(81, 263);
  expect(usual.low).toBeCloseTo(0.2553, 4);
  expect(usual.high).toBeCloseTo(0.3662, 4);
  expect(wilsonEstimate(0, 20).low).toBe(0);
  expect(wilsonEstimate(0, 20).high).toBeCloseTo(0.1611, 4);
});

test('a million scores are sorted and judged within seconds of processor time', () => {
  const random = mulberry32(1);
  const scores = Float64Array.from({ length: 1_000_000 }, random);
  const same = Array.from(scores, (_, i) => i % 100 === 0);
  const before = process.cpuUsage();
  tarAtFar(rocCurve(scores, same), 1e-4);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(10);
});

test('unequal lengths and impossible rates are refused', () => {
  expect(() => rocCurve([1], [true, false])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  expect(() => rocCurve([Infinity], [true])).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  expect(() => tarAtFar(rocCurve([1, 0], [true, false]), 2)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
});
