import { dot } from 'insightface-ts';
import { expect, it } from 'vitest';
import { seededRandom } from '../random.js';
import { findSamePeople, meanDirection, type SamePeople, samePersonThreshold } from './same-people.js';

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

const person = (number: number, direction: Float32Array) => ({ person: `folder ${number}`, direction });

it('reports two folders of one person, and nobody else', async () => {
  const people = [1, 2, 3, 2].map((who, i) => person(i, meanDirection(embeddings(who, 5, 0.8, i))));
  const [pair, ...others] = await findSamePeople(people, { threshold: 0.6 });
  expect(others).toEqual([]);
  expect(pair?.people).toEqual(['folder 1', 'folder 3']);
  // Means of 5 with noise of variance v against the centre's V: cosine about V / (V + v / 5), v / V = 0.64.
  expect(pair?.similarity).toBeGreaterThan(0.8);
});

it('finds the pairs that comparing each with each finds, block by block', async () => {
  const people = Array.from({ length: 150 }, (_, i) => person(i, embeddings(i % 60, 1, 0.9, i)[0]!));
  for (const threshold of [0.2, 0.5, 0.9]) {
    const plain: SamePeople[] = [];
    for (const [i, a] of people.entries())
      for (const b of people.slice(i + 1)) {
        const similarity = dot(a.direction, b.direction);
        if (similarity >= threshold) plain.push({ people: [a.person, b.person], similarity });
      }
    plain.sort((x, y) => y.similarity - x.similarity);
    expect(await findSamePeople(people, { threshold, blockSize: 32 })).toEqual(plain);
  }
});

it('can be stopped, and reports the most similar of too many', async () => {
  const people = Array.from({ length: 300 }, (_, i) => person(i, embeddings(i, 1, 0, i)[0]!));
  const stopped = findSamePeople(people, { threshold: 0.5, signal: AbortSignal.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'ABORTED' });
  const pairs = await findSamePeople(people, { threshold: -1, blockSize: 40 });
  const all = people.flatMap((a, i) => people.slice(i + 1).map(b => dot(a.direction, b.direction)));
  expect(pairs.map(({ similarity }) => similarity)).toEqual(all.sort((a, b) => b - a).slice(0, 10_000));
});

it('takes its threshold from what was measured for the recogniser, or has none', () => {
  const recognizer = { name: 'x', dimension: 64, fingerprint: '', inputSize: 112 };
  expect(samePersonThreshold({ ...recognizer, thresholds: { '1e-2': 0.2, '1e-5': 0.45 } })).toBeCloseTo(0.55);
  expect(samePersonThreshold(recognizer)).toBeUndefined();
  expect(samePersonThreshold(undefined)).toBeUndefined();
});
