import { expect, it } from 'vitest';
import { mulberry32 } from '../evaluation/random.js';
import { linkCentroids } from './centroid-linkage.js';
import type { LinkUnit } from './linkage.js';

const dimension = 16;

/** Groups of faces, `sizes[i]` each, all around one direction. */
function units(
  sizes: readonly number[],
  spread: number,
  seed: number,
): { unit: LinkUnit; faces: Float32Array[] }[] {
  const random = mulberry32(seed);
  const direction = () => Float32Array.from({ length: dimension }, () => 2 * random() - 1);
  const centre = direction();
  return sizes.map((size, index) => {
    const faces = Array.from({ length: size }, () => {
      const noise = direction();
      const vector = centre.map((value, at) => value + spread * noise[at]!);
      const norm = Math.hypot(...vector);
      return vector.map(value => value / norm);
    });
    const mean = Float32Array.from({ length: dimension }, (_, at) =>
      faces.reduce((sum, face) => sum + face[at]! / size, 0),
    );
    const labels = new Set([`photo ${index % 5}`]);
    return { unit: { mean, count: size, labels, refuses: labels }, faces };
  });
}

/** The definition: all pairs of means, the best first, begin again. */
function slow(all: ReturnType<typeof units>, threshold: number): string[] {
  let groups = all.map(({ faces, unit }, index) => ({ faces, members: [index], labels: [...unit.labels] }));
  const meanOf = (faces: readonly Float32Array[]) =>
    Float64Array.from({ length: dimension }, (_, at) => faces.reduce((sum, face) => sum + face[at]!, 0));
  for (;;) {
    let best = { similarity: threshold, a: -1, b: -1 };
    for (const [a, left] of groups.entries())
      for (const [b, right] of groups.entries()) {
        if (a >= b || Math.max(left.faces.length, right.faces.length) < 3) continue;
        if (left.labels.some(label => right.labels.includes(label))) continue;
        const [x, y] = [meanOf(left.faces), meanOf(right.faces)];
        const similarity =
          x.reduce((sum, value, at) => sum + value * y[at]!, 0) / Math.hypot(...x) / Math.hypot(...y);
        if (similarity >= best.similarity) best = { similarity, a, b };
      }
    if (best.a < 0) return groups.map(({ members }) => members.toSorted((a, b) => a - b).join(' ')).sort();
    const [a, b] = [groups[best.a]!, groups[best.b]!];
    groups = [
      ...groups.filter(group => group !== a && group !== b),
      {
        faces: [...a.faces, ...b.faces],
        members: [...a.members, ...b.members],
        labels: [...a.labels, ...b.labels],
      },
    ];
  }
}

it('joins what always joining the most similar means would', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const all = units([5, 1, 3, 1, 2, 8, 1, 1, 4, 1, 1, 2], 2, seed);
    const groups = new Map<number, number[]>(all.map((_, index) => [index, [index]]));
    for (const { left, right } of linkCentroids(
      all.map(({ unit }) => unit),
      0.5,
    )) {
      const joined = [...left, ...right];
      for (const index of joined) groups.set(index, joined);
    }
    const found = [...new Set(groups.values())]
      .map(members => members.toSorted((a, b) => a - b).join(' '))
      .sort();
    expect(found).toEqual(slow(all, 0.5));
  }
});

it('leaves pairs of single faces alone', () => {
  expect(
    linkCentroids(
      units([1, 1, 2, 2], 0, 1).map(({ unit }) => unit),
      0.1,
    ),
  ).toEqual([]);
});
