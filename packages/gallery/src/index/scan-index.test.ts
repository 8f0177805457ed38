import { expect, it, onTestFinished } from 'vitest';
import { PlainIndex } from '../testing/plain-index.js';
import { formulaVector, unit } from '../testing/vectors.js';
import { ScanIndex, type ScanIndexOptions } from './scan-index.js';
import { groupBitmap } from './vector-index.js';

const all = Number.NEGATIVE_INFINITY;

function make(dimension: number, options: Partial<ScanIndexOptions>) {
  const index = new ScanIndex(dimension, { workers: 0, ...options });
  onTestFinished(() => index.close());
  const plain = new PlainIndex();
  return {
    index,
    plain,
    add(key: number, group: number, vector: Float32Array) {
      index.add(key, group, vector);
      plain.held.set(key, { group, vector });
    },
    remove(key: number) {
      index.remove(key);
      plain.held.delete(key);
    },
  };
}

/** Near to the centre that its group has from a formula. */
function near(group: number, seed: number, dimension: number, noise: number): Float32Array {
  const aside = formulaVector(seed, dimension);
  return unit(formulaVector(1e6 + group, dimension).map((value, at) => value + noise * aside[at]!));
}

it.each([
  [1, 'float', 1e-6],
  [3, 'float', 1e-6],
  [7, 'int8', 0.02],
  [64, 'int8', 0.008],
  [128, 'float', 1e-6],
  [128, 'int8', 0.005],
  [512, 'float', 1e-6],
  [512, 'int8', 0.003],
  [514, 'int8', 0.003],
] as const)(
  'agrees in %i dimensions (%s) with a plain loop while vectors come and go',
  async (dimension, precision, error) => {
    const { index, plain, add, remove } = make(dimension, { precision });
    for (let step = 1; step <= 2500; step++) {
      add(step, step % 37, unit(formulaVector(step, dimension)));
      if (step % 4 === 0) remove((step * 7) % step);
    }
    expect(index.size).toBe(plain.held.size);
    const query = unit(formulaVector(9999, dimension));
    const truth = plain.search(query);
    const found = await index.search(query, { limit: 12, threshold: all });
    expect(new Set(found.map(({ group }) => group)).size).toBe(12);
    for (const [rank, { key, group, similarity }] of found.entries()) {
      expect(Math.abs(similarity - truth[rank]!.similarity)).toBeLessThan(error);
      expect(plain.held.get(key)?.group).toBe(group);
    }
    const odd = Array.from({ length: 20 }, (_, at) => 2 * at + 1);
    const filtered = await index.search(query, { limit: 50, threshold: all, where: groupBitmap(odd) });
    expect(filtered.map(({ group }) => group).sort()).toEqual(odd.filter(group => group < 37).sort());
    const threshold = truth[4]!.similarity - error;
    const above = await index.search(query, { limit: 50, threshold });
    expect(above.length).toBeGreaterThanOrEqual(5);
    expect(above.every(({ similarity }) => similarity >= threshold)).toBe(true);
  },
);

it.each([128, 512])('finds enrolled groups of %i dimensions by sign codes first', async dimension => {
  const { index, plain, add, remove } = make(dimension, { exactUpTo: 1000 });
  for (let key = 1; key <= 6000; key++) add(key, key % 2000, near(key % 2000, key, dimension, 0.8));
  for (let key = 1; key <= 6000; key += 3) remove(key);
  for (let group = 0; group < 20; group++) {
    const query = near(group, 50_000 + group, dimension, 0.8);
    const [best] = await index.search(query, { limit: 5, threshold: all });
    const [truth] = plain.search(query);
    expect(best?.group).toBe(truth?.group);
    expect(Math.abs(best!.similarity - truth!.similarity)).toBeLessThan(0.006);
    const rest = await index.search(query, { limit: 5, threshold: all, where: groupBitmap([1, 5, 900]) });
    expect(rest.map(hit => hit.group).sort()).toEqual([1, 5, 900].sort());
  }
});

it('keeps of equal codes those that came first, however many there are', async () => {
  const { index, add } = make(64, { exactUpTo: 0 });
  const vector = unit(formulaVector(1, 64));
  for (let key = 1; key <= 20_000; key++) add(key, key, vector);
  const hits = await index.search(vector, { limit: 3, threshold: all });
  expect(hits.map(({ key }) => key)).toEqual([1, 2, 3]);
});

it.each([0, 5000])(
  'gives the same answers with worker threads, as the table grows (exact up to %i)',
  async exactUpTo => {
    const dimension = 64;
    const alone = make(dimension, { exactUpTo });
    const shared = make(dimension, { exactUpTo, workers: 3 });
    for (let size = 24_000; size <= 72_000; size += 24_000) {
      for (let key = size - 23_999; key <= size; key++) {
        const vector = near(key % 9000, key, dimension, 1);
        alone.index.add(key, key % 9000, vector);
        shared.index.add(key, key % 9000, vector);
      }
      for (let key = size - 1000; key < size; key += 2) {
        alone.index.remove(key);
        shared.index.remove(key);
      }
      const queries = Array.from({ length: 20 }, (_, at) => near(at, 1e5 + at, dimension, 0.5));
      const where = groupBitmap(Array.from({ length: 3000 }, (_, at) => 3 * at));
      for (const options of [
        { limit: 1, threshold: all },
        { limit: 2, threshold: 0.5, where },
      ]) {
        const together = await shared.index.searchMany(queries, options);
        expect(together).toEqual(await alone.index.searchMany(queries, options));
        expect(await Promise.all(queries.map(query => shared.index.search(query, options)))).toEqual(
          together,
        );
      }
    }
  },
);

it('closes gaps without losing or changing anything', async () => {
  const { index, plain, add, remove } = make(64, {});
  for (let key = 1; key <= 5000; key++) add(key, key, unit(formulaVector(key, 64)));
  for (let key = 1; key <= 5000; key++) if (key % 3 !== 0) remove(key);
  expect(index.sparse).toBe(true);
  const query = unit(formulaVector(7777, 64));
  const before = await index.search(query, { limit: 20, threshold: all });
  index.table.compact();
  expect(index.table.rows).toBe(plain.held.size);
  expect(await index.search(query, { limit: 20, threshold: all })).toEqual(before);
  add(6000, 1, query);
  expect((await index.search(query, { limit: 1, threshold: all }))[0]?.key).toBe(6000);
});

it('refuses keys that do not rise, groups and bitmaps that are too large', async () => {
  const { index, add } = make(8, {});
  const vector = unit(formulaVector(1, 8));
  add(5, 1, vector);
  expect(() => index.add(5, 1, vector)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  expect(() => index.add(6, 2 ** 32 - 1, vector)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
  );
  const where = new Uint8Array(5 * 1024 * 1024);
  await expect(index.search(vector, { limit: 1, threshold: all, where })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await index.close();
  await expect(index.search(vector, { limit: 1, threshold: all })).rejects.toMatchObject({
    code: 'DISPOSED',
  });
});
