import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ArraySource } from '../testing/array-source.js';
import { PlainIndex } from '../testing/plain-index.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { formulaVector, unit } from '../testing/vectors.js';
import { SearchIndex, type SearchIndexOptions, type SearchQuery } from './search-index.js';
import { groupBitmap } from './vector-index.js';

const dimension = 64;
const all = Number.NEGATIVE_INFINITY;
const vector = (seed: number) => unit(formulaVector(seed, dimension));

function fill(source: ArraySource, count: number): void {
  for (let index = 0; index < count; index++) {
    const number = source.state.lastTemplate + 1;
    source.add(number % 400, vector(number));
  }
}

function open(source: ArraySource, options: SearchIndexOptions = {}): SearchIndex {
  const index = new SearchIndex(source, dimension, { workers: 0, saveFrom: 1000, ...options });
  onTestFinished(() => index.close());
  return index;
}

/** Expects the answers that the plainest loop over the store gives. */
async function expectTrue(index: SearchIndex, source: ArraySource, options: Partial<SearchQuery> = {}) {
  const plain = new PlainIndex();
  for (const { number, person, embedding } of source)
    plain.held.set(number, { group: person, vector: embedding });
  const average = options.score === 'average';
  for (let seed = 90_001; seed < 90_006; seed++) {
    const found = await index.search(vector(seed), { limit: 5, threshold: all, ...options });
    const truth = average ? plain.searchAverages(vector(seed)) : plain.search(vector(seed));
    expect(found.length).toBe(Math.min(5, truth.length));
    for (const [rank, { key, group, similarity }] of found.entries()) {
      expect(Math.abs(similarity - truth[rank]!.similarity)).toBeLessThan(average ? 0.01 : 0.002);
      expect(plain.held.get(key)?.group).toBe(group);
    }
  }
}

describe('an index that follows a store', () => {
  it('answers from what the store holds, whatever comes and goes', async () => {
    const source = new ArraySource();
    const index = open(source);
    await expectTrue(index, source);
    for (let round = 1; round <= 6; round++) {
      fill(source, 700);
      for (let number = round; number < source.state.lastTemplate; number += 5) source.remove(number);
      await expectTrue(index, source);
      await expectTrue(index, source, { score: 'average' });
    }
    for (let number = 1; number <= source.state.lastTemplate; number++) source.remove(number);
    await expectTrue(index, source);
    await expectTrue(index, source, { score: 'average' });
  });

  it('gives similarities of the originals, not of rounded numbers', async () => {
    const source = new ArraySource();
    const [number, own] = [source.add(7, vector(1)), vector(1)];
    const [hit] = await open(source).search(own, { limit: 1, threshold: 0.999999 });
    expect(hit).toMatchObject({ key: number, group: 7 });
    expect(hit?.similarity).toBeCloseTo(1, 6);
  });

  it('takes new templates in once when searches come together', async () => {
    const source = new ArraySource();
    const index = open(source);
    fill(source, 3000);
    const query = vector(5);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => index.search(query, { limit: 3, threshold: all })),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(source.read).toBe(3000);
  });

  it('finds only groups of a bitmap, by best and by average', async () => {
    const source = new ArraySource();
    fill(source, 2000);
    const index = open(source);
    const where = groupBitmap([3, 99, 399]);
    for (const score of ['best', 'average'] as const) {
      const found = await index.search(vector(4), { limit: 9, threshold: all, score, where });
      expect(found.map(({ group }) => group).sort((a, b) => a - b)).toEqual([3, 99, 399]);
    }
  });

  it('remembers no answer that a change has made wrong', async () => {
    const source = new ArraySource();
    fill(source, 50);
    const index = open(source);
    const query = vector(70_000);
    await index.search(query, { limit: 1, threshold: all });
    const number = source.add(9, query);
    expect((await index.search(query, { limit: 1, threshold: all }))[0]?.key).toBe(number);
    source.remove(number);
    expect((await index.search(query, { limit: 1, threshold: all }))[0]?.key).not.toBe(number);
  });

  it('goes on after the store failed in the middle of being read', async () => {
    const source = new ArraySource();
    fill(source, 3000);
    const { vectorsFrom } = source;
    let calls = 0;
    source.vectorsFrom = (first, size, limit) => {
      if (++calls === 2) throw new Error('The store went away.');
      return vectorsFrom.call(source, first, size, limit);
    };
    const index = open(source);
    await expect(index.search(vector(1), { limit: 1, threshold: all })).rejects.toThrow('went away');
    await expectTrue(index, source);
    expect(source.read).toBe(3000);
  });
});

describe('an index in a folder', () => {
  async function saved() {
    const folder = join(await temporaryFolder(), 'index');
    const source = new ArraySource();
    fill(source, 3000);
    for (const more of [0, 900, 1100]) {
      fill(source, more);
      const index = open(source, { folder });
      await expectTrue(index, source);
      await index.close();
    }
    source.read = 0;
    return { folder, source };
  }

  it('opens again without reading the store, and reads only what is new', async () => {
    const { folder, source } = await saved();
    await expectTrue(open(source, { folder }), source);
    expect(source.read).toBe(0);
    fill(source, 10);
    for (let number = 1; number < 4000; number += 3) source.remove(number);
    await expectTrue(open(source, { folder }), source);
    expect(source.read).toBe(10);
  });

  it('writes whole after many removals, and they stay removed', async () => {
    const { folder, source } = await saved();
    for (let number = 1; number <= 3000; number++) source.remove(number);
    const index = open(source, { folder });
    await expectTrue(index, source);
    await index.close();
    source.read = 0;
    await expectTrue(open(source, { folder }), source);
    expect(source.read).toBe(0);
    expect((await readdir(folder)).filter(file => file.endsWith('.segment'))).toHaveLength(1);
  });

  it('reads the templates of a damaged segment from the store, and only those', async () => {
    const { folder, source } = await saved();
    const segments = (await readdir(folder)).filter(file => file.endsWith('.segment'));
    expect(segments).toHaveLength(3);
    for (const file of segments) {
      const path = join(folder, file);
      const whole = await readFile(path);
      for (const spoil of [
        () =>
          writeFile(
            path,
            whole.map((byte, at) => (at === whole.length >> 1 ? byte ^ 4 : byte)),
          ),
        () => writeFile(path, whole.subarray(0, whole.length - 100)),
        () => writeFile(path, Buffer.from(whole).fill(255, 0, 4)),
        () => rm(path),
      ]) {
        await spoil();
        source.read = 0;
        // Not saved again, so that the next damage meets the same folder.
        await expectTrue(open(source, { folder, saveFrom: 1e9 }), source);
        expect(source.read).toBeGreaterThan(0);
        expect(source.read).toBeLessThan(5000);
      }
      await writeFile(path, whole);
    }
  });

  it('begins anew where the manifest is damaged', async () => {
    const { folder, source } = await saved();
    const path = join(folder, 'manifest.json');
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 41) {
      await writeFile(
        path,
        whole.map((byte, place) => (place === at ? byte ^ 1 : byte)),
      );
      source.read = 0;
      await expectTrue(open(source, { folder, saveFrom: 1e9 }), source);
      expect(source.read).toBe(5000);
    }
  });

  it('begins anew beside a store that went another way since', async () => {
    const { folder, source } = await saved();
    const older = new ArraySource();
    fill(older, 2000);
    const other = older.copy();
    for (let seed = 0; seed < 3000; seed++) other.add(seed % 400, vector(40_000 + seed));
    const fewer = source.copy();
    fewer.remove(17);
    for (const store of [older, other]) {
      await expectTrue(open(store, { folder, saveFrom: 1e9 }), store);
      expect(store.read).toBe(store.state.templates);
    }
    await expectTrue(open(fewer, { folder, saveFrom: 1e9 }), fewer);
  });
});
