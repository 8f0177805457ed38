// Joins what average linkage leaves over of people with many photos. The mean of many faces of one person points where
// that person's faces have in common, so a cosine to it is surer than one between two faces.
import { type Link, type LinkUnit, mayJoin, meanOf } from './linkage.js';

/** From so many faces on a mean is trusted. */
const trustedCount = 3;

interface Group extends LinkUnit {
  readonly members: readonly number[];
}

/**
 * Joins the two groups with the most similar means again and again while their cosine is at least `threshold`, one
 * of the two has three embeddings or more, and neither refuses the other.
 * @returns The joins, each after those that made its two sides.
 */
export function linkCentroids(units: readonly LinkUnit[], threshold: number): Link[] {
  const groups = new Set(units.map((unit, index): Group => ({ ...unit, members: [index] })));
  const candidates: { readonly left: Group; readonly right: Group; readonly similarity: number }[] = [];
  const compare = (left: Group, others: Iterable<Group>) => {
    for (const right of others) {
      if (left === right || (left.settled && right.settled)) continue;
      if (left.count < trustedCount && right.count < trustedCount) continue;
      const similarity = centroidSimilarity(left, right);
      if (similarity >= threshold && mayJoin(left, right)) candidates.push({ left, right, similarity });
    }
  };
  const before = new Set<Group>();
  for (const group of groups) {
    compare(group, before);
    before.add(group);
  }
  const links: Link[] = [];
  for (;;) {
    candidates.sort((a, b) => a.similarity - b.similarity);
    const best = candidates.pop();
    if (!best) return links;
    const { left, right, similarity } = best;
    if (!groups.has(left) || !groups.has(right)) continue;
    links.push({ left: left.members, right: right.members, similarity });
    groups.delete(left);
    groups.delete(right);
    const joined: Group = { ...meanOf(left, right), members: [...left.members, ...right.members] };
    compare(joined, groups);
    groups.add(joined);
  }
}

/** Cosine between the means of two units, -1 to 1. */
export function centroidSimilarity(a: LinkUnit, b: LinkUnit): number {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let index = 0; index < a.mean.length; index++) {
    const [x, y] = [a.mean[index]!, b.mean[index]!];
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}
