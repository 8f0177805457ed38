import { describe, expect, it } from 'vitest';
import { createSampler } from './sampler.js';

/** Person p has `counts[p]` images. */
function people(...counts: number[]) {
  const labels = Int32Array.from(counts.flatMap((count, label) => Array<number>(count).fill(label)));
  return { length: labels.length, classes: counts.length, labels };
}

describe('shuffle', () => {
  const sampler = createSampler({ kind: 'shuffle' }, people(500, 500), 10);

  it('shows every image once, in another order each epoch, in the same order for the same seed', () => {
    const order = sampler.order(7, 3);
    expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    expect(order).toEqual(sampler.order(7, 3));
    expect(order).not.toEqual(sampler.order(7, 4));
    expect(order).not.toEqual(sampler.order(8, 3));
  });

  it('puts every image at every place equally often', () => {
    const small = createSampler({ kind: 'shuffle' }, people(4), 1);
    const counts = new Float64Array(16);
    for (let seed = 0; seed < 8000; seed++)
      for (const [place, image] of small.order(seed, 0).entries()) counts[place * 4 + image]!++;
    // Standard deviation of each count: sqrt(8000 x 1/4 x 3/4) = 39.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(5 * 39);
  });
});

describe('balanced', () => {
  const data = people(3, 40, 7, 1, 12, 5, 5, 27);
  const sampler = createSampler({ kind: 'balanced', imagesPerPerson: 4 }, data, 12);

  it('fills each batch with 3 different people of 4 images each', () => {
    for (const epoch of [0, 1, 2]) {
      const order = sampler.order(1, epoch);
      expect(order.length).toBe(96);
      for (let batch = 0; batch < order.length; batch += 12) {
        const labels = [...order.subarray(batch, batch + 12)].map(image => data.labels[image]);
        const different = new Set(labels);
        expect(different.size).toBe(3);
        for (const label of different) expect(labels.filter(other => other === label)).toHaveLength(4);
      }
    }
  });

  it('shows people equally often, and all images of a person before one comes again', () => {
    const order = [...sampler.order(5, 0)];
    const drawn = data.labels.reduce((sets, _, image) => {
      const label = data.labels[image]!;
      sets[label] = (sets[label] ?? 0) + order.filter(other => other === image).length;
      return sets;
    }, Array<number>(8).fill(0));
    expect(Math.max(...drawn) - Math.min(...drawn)).toBeLessThanOrEqual(4);
    const counts = new Map<number, number>();
    for (const image of order) counts.set(image, (counts.get(image) ?? 0) + 1);
    for (let label = 0; label < 8; label++) {
      const images = [...data.labels.keys()].filter(image => data.labels[image] === label);
      const shown = images.map(image => counts.get(image) ?? 0);
      expect(Math.max(...shown) - Math.min(...shown)).toBeLessThanOrEqual(1);
    }
  });

  it('refuses a batch it cannot fill', () => {
    const options = { kind: 'balanced', imagesPerPerson: 5 } as const;
    for (const batch of [12, 100])
      expect(() => createSampler(options, data, batch)).toThrow(
        expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
      );
  });
});
