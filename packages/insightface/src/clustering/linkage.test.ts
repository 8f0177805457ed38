import { describe, expect, it } from 'vitest';
import { mulberry32 } from '../evaluation/random.js';
import { type Link, type LinkUnit, linkUnits } from './linkage.js';

interface Item {
  readonly vector: Float32Array;
  readonly photo: string;
}

/** People are directions; their faces scatter around, and some share a photo. */
function items(count: number, people: number, spread: number, photos: number, seed: number): Item[] {
  const random = mulberry32(seed);
  const direction = () => Float32Array.from({ length: 12 }, () => 2 * random() - 1);
  const centres = Array.from({ length: people }, direction);
  return Array.from({ length: count }, (_, index) => {
    const noise = direction();
    const vector = centres[index % people]!.map((value, at) => value + spread * noise[at]!);
    const norm = Math.hypot(...vector);
    return { vector: vector.map(value => value / norm), photo: `${Math.floor(random() * photos)}` };
  });
}

const unit = ({ vector, photo }: Item): LinkUnit => {
  const labels = new Set([photo]);
  return { mean: vector, count: 1, labels, refuses: labels };
};

/** The definition, step by step: look at all pairs of all groups, join the best, begin again. */
function slowGroups(all: readonly Item[], threshold: number): number[][] {
  let groups = all.map((_, index) => [index]);
  const dot = (a: number, b: number) =>
    all[a]!.vector.reduce((sum, value, at) => sum + value * all[b]!.vector[at]!, 0);
  for (;;) {
    let best = { similarity: threshold, a: -1, b: -1 };
    for (const [a, left] of groups.entries())
      for (const [b, right] of groups.entries()) {
        if (a >= b || left.some(x => right.some(y => all[x]!.photo === all[y]!.photo))) continue;
        const pairs = left.flatMap(x => right.map(y => dot(x, y)));
        const similarity = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
        if (similarity >= best.similarity) best = { similarity, a, b };
      }
    if (best.a < 0) return groups;
    const joined = [...groups[best.a]!, ...groups[best.b]!];
    groups = [...groups.filter((_, index) => index !== best.a && index !== best.b), joined];
  }
}

function groupsFrom(count: number, links: readonly Link[]): number[][] {
  const groups = new Map<number, number[]>(Array.from({ length: count }, (_, index) => [index, [index]]));
  for (const { left, right } of links) {
    const joined = [...left, ...right];
    for (const index of joined) groups.set(index, joined);
  }
  return [...new Set(groups.values())];
}

const canonical = (groups: readonly (readonly number[])[]) =>
  groups.map(group => group.toSorted((a, b) => a - b).join(' ')).sort();

describe('linkUnits', () => {
  it.each([
    [60, 6, 0.5, 1000, 0.4],
    [60, 6, 1, 1000, 0.3],
    [60, 10, 0.8, 8, 0.2],
    [80, 4, 1.5, 20, 0.1],
    [40, 40, 1, 10, 0.0],
  ])(
    'joins what always joining the best pair would (%i faces, %i people, spread %f, %i photos, threshold %f)',
    (count, people, spread, photos, threshold) => {
      for (let seed = 1; seed <= 4; seed++) {
        const all = items(count, people, spread, photos, seed);
        const links = linkUnits(all.map(unit), threshold);
        expect(canonical(groupsFrom(count, links))).toEqual(canonical(slowGroups(all, threshold)));
        for (const { similarity } of links) expect(similarity).toBeGreaterThanOrEqual(threshold);
      }
    },
  );

  it('never joins two of one photo, however alike', () => {
    const [one] = items(1, 1, 0, 1, 1);
    const same = Array.from({ length: 5 }, () => one!);
    expect(linkUnits(same.map(unit), -1)).toEqual([]);
  });

  it('has nothing to do without units, and joins equal ones', () => {
    expect(linkUnits([], 0)).toEqual([]);
    const [one] = items(1, 1, 0, 1, 1);
    const equal = ['a', 'b', 'c', 'd'].map(photo => unit({ vector: one!.vector, photo }));
    expect(groupsFrom(4, linkUnits(equal, 0.9))).toHaveLength(1);
  });
});
