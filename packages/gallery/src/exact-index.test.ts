import { expect, it } from 'vitest';
import { ExactIndex } from './exact-index.js';
import { formulaVector, unit } from './testing/vectors.js';

it.each([1, 3, 7, 128, 514])(
  'agrees with a plain loop in %i dimensions while vectors come and go',
  dimension => {
    const index = new ExactIndex(dimension, 1);
    const held = new Map<number, { group: number; vector: Float32Array }>();
    for (let step = 1; step <= 300; step++) {
      const vector = unit(formulaVector(step, dimension));
      index.add(step, step % 37, vector);
      held.set(step, { group: step % 37, vector });
      if (step % 4 === 0) {
        const gone = (step * 7) % step;
        index.remove(gone);
        held.delete(gone);
      }
    }
    expect(index.size).toBe(held.size);
    const query = unit(formulaVector(999, dimension));
    const best = new Map<number, number>();
    for (const { group, vector } of held.values()) {
      const similarity = vector.reduce((sum, value, at) => sum + value * query[at]!, 0);
      best.set(group, Math.max(best.get(group) ?? -2, similarity));
    }
    const truth = [...best.values()].sort((a, b) => b - a);
    const found = index.search(query, { limit: 12, threshold: Number.NEGATIVE_INFINITY });
    expect(new Set(found.map(({ group }) => group)).size).toBe(12);
    for (const [rank, { group, similarity }] of found.entries()) {
      expect(similarity).toBeCloseTo(truth[rank]!, 5);
      expect(best.get(group)).toBeCloseTo(similarity, 5);
    }
    const odd = index.search(query, { limit: 5, threshold: -2, accept: group => group % 2 === 1 });
    expect(odd.every(({ group }) => group % 2 === 1)).toBe(true);
  },
);
