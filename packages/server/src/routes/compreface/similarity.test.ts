import { builtinPacks } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { similarityMap, toSimilarity } from './similarity.js';

const thresholds =
  builtinPacks.find(({ name }) => name === 'open')?.models.find(({ task }) => task === 'recognition')
    ?.thresholds ?? {};
const map = similarityMap({ thresholds });

describe('similarity as CompreFace tells it', () => {
  it('is 0.5 at one false accept in 1,000 and 0.9 at one in 100,000', () => {
    expect(toSimilarity(map, thresholds['1e-3'] ?? Number.NaN)).toBeCloseTo(0.5, 5);
    expect(toSimilarity(map, thresholds['1e-5'] ?? Number.NaN)).toBeCloseTo(0.9, 5);
  });

  it('is the formula of the manual', () => {
    for (const cosine of [-0.2, 0, 0.25, 0.6, 0.95]) {
      const euclidean = Math.hypot(1 - cosine, Math.sqrt(1 - cosine ** 2));
      const formula = (Math.tanh((map.c0 - euclidean) * map.c1) + 1) / 2;
      expect(toSimilarity(map, cosine)).toBeCloseTo(formula, 5);
    }
  });

  it('rises with the cosine and stays between 0 and 1', () => {
    let last = -1;
    for (let cosine = -1; cosine <= 1.0001; cosine += 0.01) {
      const similarity = toSimilarity(map, Math.min(1, cosine));
      expect(similarity).toBeGreaterThanOrEqual(last);
      last = similarity;
    }
    expect(last).toBe(1);
    expect(toSimilarity(map, 0)).toBeLessThan(0.02);
  });

  it('serves packs that state no thresholds', () => {
    const { c0, c1 } = similarityMap({});
    expect(c0).toBeCloseTo(Math.sqrt(2 - 2 * 0.33), 9);
    expect(c1).toBeGreaterThan(0);
  });
});
