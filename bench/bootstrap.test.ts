import { expect, test } from 'vitest';
import { bootstrapInterval } from './bootstrap.js';

const count = 1000;
const all = Array.from({ length: count }, (_, i) => i);

/** 60 cases became right, 30 became wrong, the others stayed. */
const change = (i: number) => (i < 60 ? 1 : i < 90 ? -1 : 0);
const meanChange = (indices: readonly number[]) =>
  indices.reduce((sum, i) => sum + change(i), 0) / indices.length;

test("the interval of a paired difference is that of McNemar's discordant counts", () => {
  const { value, low, high } = bootstrapInterval([all], meanChange, { resamples: 4000 });
  const half = (1.96 * Math.sqrt(60 + 30 - (60 - 30) ** 2 / count)) / count;
  expect(value).toBeCloseTo(0.03, 12);
  expect(Math.abs(low - (0.03 - half))).toBeLessThan(0.0015);
  expect(Math.abs(high - (0.03 + half))).toBeLessThan(0.0015);
});

test('groups keep their sizes: where each is all of one kind nothing varies', () => {
  const groups = [all.slice(0, 300), all.slice(300)];
  const share = (indices: readonly number[]) => indices.filter(i => i < 300).length / indices.length;
  expect(bootstrapInterval(groups, share, { resamples: 50 })).toEqual({ value: 0.3, low: 0.3, high: 0.3 });
});
