// Agglomerative clustering by average linkage with things that must stay apart, by nearest-neighbour chains
// (Benzecri 1982, Juan 1982). Of unit vectors the average similarity of all pairs between two groups is the dot
// product of the groups' means, so no matrix of pairs is kept.

/** A face, or faces that belong together already. */
export interface LinkUnit {
  /** Mean of the unit embeddings, `[dimension]`; not itself of unit length when there are several. */
  readonly mean: Float32Array;
  /** Embeddings in the mean. */
  readonly count: number;
  /** What is in here, such as photos. */
  readonly labels: ReadonlySet<string>;
  /** Labels that may not come into the same group. Must be symmetric: if A refuses B, B refuses A. */
  readonly refuses: ReadonlySet<string>;
  /** Linked to other settled units already: pairs of those are not tried again. */
  readonly settled?: boolean;
}

/** Two groups of units that were joined. */
export interface Link {
  /** Indices of units. */
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** How similar they were: the average of the pairs between them, or the cosine of their means. */
  readonly similarity: number;
}

interface Group extends LinkUnit {
  readonly members: readonly number[];
  /** Groups that hold a unit at or above the threshold to one in here: no other can be joined with this. */
  readonly neighbors: Set<Group>;
}

/**
 * Joins the two most similar groups again and again while their average similarity is at least `threshold` and
 * neither refuses the other.
 *
 * A chain runs from group to nearest group; where two are each other's nearest they are joined. Joining lifts no
 * similarity above what it was for the better side, so the result is that of always joining the best pair, and a
 * group without a partner above the threshold is finished.
 * @returns The joins, each after those that made its two sides.
 */
export function linkUnits(units: readonly LinkUnit[], threshold: number): Link[] {
  const links: Link[] = [];
  const open = new Set(groupsOf(units, threshold));
  const chain: Group[] = [];
  for (;;) {
    const current = chain.at(-1) ?? open.values().next().value;
    if (!current) return links;
    if (chain.length === 0) chain.push(current);
    const previous = chain.at(-2);
    const nearest = nearestOf(current, threshold, previous);
    if (!nearest) {
      open.delete(current);
      for (const neighbor of current.neighbors) neighbor.neighbors.delete(current);
      chain.pop();
    } else if (nearest.group !== previous) chain.push(nearest.group);
    else {
      chain.length -= 2;
      open.delete(current);
      open.delete(previous);
      links.push({ left: previous.members, right: current.members, similarity: nearest.similarity });
      open.add(join(previous, current));
    }
  }
}

/** Whether two units may come into one group. */
export function mayJoin(a: LinkUnit, b: LinkUnit): boolean {
  const [few, many] = a.labels.size < b.labels.size ? [a, b] : [b, a];
  for (const label of few.labels) if (many.refuses.has(label)) return false;
  return true;
}

/** Average similarity of all pairs between two units. */
function averageSimilarity(a: LinkUnit, b: LinkUnit): number {
  return dotAt(a.mean, 0, b.mean, 0, a.mean.length);
}

/** Of equally near ones `preferred` wins, so that a chain never runs in a circle. */
function nearestOf(group: Group, threshold: number, preferred: Group | undefined) {
  let nearest: Group | undefined;
  let best = threshold;
  for (const other of preferred ? [preferred, ...group.neighbors] : group.neighbors) {
    const similarity = averageSimilarity(group, other);
    if ((similarity > best || (similarity === best && !nearest)) && mayJoin(group, other)) {
      nearest = other;
      best = similarity;
    }
  }
  return nearest && { group: nearest, similarity: best };
}

function join(a: Group, b: Group): Group {
  const joined = {
    ...meanOf(a, b),
    members: [...a.members, ...b.members],
    neighbors: new Set([...a.neighbors, ...b.neighbors].filter(group => group !== a && group !== b)),
  };
  for (const { neighbors } of joined.neighbors) {
    neighbors.delete(a);
    neighbors.delete(b);
    neighbors.add(joined);
  }
  return joined;
}

/** Two units as one. */
export function meanOf(a: LinkUnit, b: LinkUnit): LinkUnit {
  const count = a.count + b.count;
  return {
    mean: a.mean.map((value, index) => (value * a.count + b.mean[index]! * b.count) / count),
    count,
    labels: new Set([...a.labels, ...b.labels]),
    refuses: new Set([...a.refuses, ...b.refuses]),
  };
}

function groupsOf(units: readonly LinkUnit[], threshold: number): Group[] {
  const groups = units.map((unit, index): Group => ({ ...unit, members: [index], neighbors: new Set() }));
  forEachPair(units, threshold, (a, b) => {
    if (!mayJoin(units[a]!, units[b]!)) return;
    groups[a]!.neighbors.add(groups[b]!);
    groups[b]!.neighbors.add(groups[a]!);
  });
  return groups;
}

/** So many rows of 512 numbers stay in a processor's first cache while all others pass by. */
const tileRows = 8;

/** Calls back for each pair at or above the threshold of which not both are settled. */
function forEachPair(
  units: readonly LinkUnit[],
  threshold: number,
  callback: (a: number, b: number) => void,
): void {
  const dimension = units[0]?.mean.length ?? 0;
  const rows = new Float32Array(units.length * dimension);
  for (const [index, unit] of units.entries()) rows.set(unit.mean, index * dimension);
  for (let first = 0; first < units.length; first += tileRows)
    for (let other = 0; other < units.length; other++)
      for (let row = first; row < Math.min(first + tileRows, other); row++) {
        if (units[row]!.settled && units[other]!.settled) continue;
        const similarity = dotAt(rows, row * dimension, rows, other * dimension, dimension);
        if (similarity >= threshold) callback(row, other);
      }
}

function dotAt(a: Float32Array, startA: number, b: Float32Array, startB: number, length: number): number {
  const whole = length & ~3;
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let index = 0; index < whole; index += 4) {
    sum0 += a[startA + index]! * b[startB + index]!;
    sum1 += a[startA + index + 1]! * b[startB + index + 1]!;
    sum2 += a[startA + index + 2]! * b[startB + index + 2]!;
    sum3 += a[startA + index + 3]! * b[startB + index + 3]!;
  }
  for (let index = whole; index < length; index++) sum0 += a[startA + index]! * b[startB + index]!;
  return sum0 + sum1 + (sum2 + sum3);
}
