import { expect, it } from 'vitest';
import { seededRandom } from '../random.js';
import { findSamePeople, samePersonThreshold } from './same-people.js';

/** Unit vectors about a person's direction. */
function embeddings(person: number, count: number, noise: number, seed: number): Float32Array[] {
  const direction = seededRandom(person);
  const center = Array.from({ length: 64 }, () => direction() - 0.5);
  const random = seededRandom(person, seed);
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from(center, value => value + noise * (random() - 0.5));
    const length = Math.hypot(...vector);
    return vector.map(value => value / length);
  });
}

it('reports two folders of one person, and nobody else', () => {
  const people = [1, 2, 3, 2].map((person, i) => ({
    person: `folder ${i}`,
    embeddings: embeddings(person, 5, 0.8, i),
  }));
  const [pair, ...others] = findSamePeople(people, 0.6);
  expect(others).toEqual([]);
  expect(pair?.people).toEqual(['folder 1', 'folder 3']);
  // Means of 5 with noise of variance v against the centre's V: cosine about V / (V + v / 5), v / V = 0.64.
  expect(pair?.similarity).toBeGreaterThan(0.8);
});

it('takes its threshold from what was measured for the recogniser, or has none', () => {
  const recognizer = { name: 'x', dimension: 64, fingerprint: '', inputSize: 112 };
  expect(samePersonThreshold({ ...recognizer, thresholds: { '1e-2': 0.2, '1e-5': 0.45 } })).toBeCloseTo(0.55);
  expect(samePersonThreshold(recognizer)).toBeUndefined();
  expect(samePersonThreshold(undefined)).toBeUndefined();
});
