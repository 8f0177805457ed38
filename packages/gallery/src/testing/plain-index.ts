// The plainest search there is, as truth for the indexes. Not part of the published library.

interface Entry {
  readonly group: number;
  readonly vector: Float32Array;
}

/** Vectors by key. */
export class PlainIndex {
  readonly held = new Map<number, Entry>();

  /** The best similarity of each group, best first. */
  search(query: Float32Array, accept: (group: number) => boolean = () => true) {
    const best = new Map<number, number>();
    for (const { group, vector } of this.held.values())
      if (accept(group)) best.set(group, Math.max(best.get(group) ?? -2, cosine(vector, query)));
    return [...best].map(([group, similarity]) => ({ group, similarity })).sort(byRank);
  }

  /** The similarity of each group's normalised mean, best first. */
  searchAverages(query: Float32Array) {
    const groups = new Map<number, Float32Array[]>();
    for (const { group, vector } of this.held.values())
      groups.set(group, [...(groups.get(group) ?? []), vector]);
    return [...groups]
      .map(([group, vectors]) => {
        const sum = vectors[0]!.map((_, at) => vectors.reduce((total, vector) => total + vector[at]!, 0));
        return { group, similarity: cosine(sum, query) };
      })
      .sort(byRank);
  }
}

function byRank(a: { similarity: number }, b: { similarity: number }): number {
  return b.similarity - a.similarity;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    dot += value * b[at]!;
    aa += value * value;
    bb += b[at]! * b[at]!;
  }
  return dot / Math.sqrt(aa * bb);
}
