// How well clusters agree with the truth. Pairs: of the pairs put together, those that belong together. BCubed
// (Bagga and Baldwin 1998; Amigo et al. 2009): the same for each item, then averaged, so large clusters do not rule.

export interface Agreement {
  readonly precision: number;
  readonly recall: number;
  /** Harmonic mean of the two. */
  readonly f1: number;
}

export interface ClusterMeasures {
  readonly pairs: Agreement;
  readonly bcubed: Agreement;
}

/** Compares two labels of each item: the cluster it was put in, and the person it is. All figures are 0 to 1. */
export function measureClusters(
  items: readonly { readonly cluster: string; readonly person: string }[],
): ClusterMeasures {
  const clusters = countBy(items, ({ cluster }) => cluster);
  const people = countBy(items, ({ person }) => person);
  const both = countBy(items, ({ cluster, person }) => JSON.stringify([cluster, person]));
  let [precision, recall] = [0, 0];
  for (const { cluster, person } of items) {
    const shared = both.get(JSON.stringify([cluster, person]))!;
    precision += shared / clusters.get(cluster)! / items.length;
    recall += shared / people.get(person)! / items.length;
  }
  const right = pairsIn(both);
  return {
    pairs: agreement(right / pairsIn(clusters), right / pairsIn(people)),
    bcubed: agreement(precision, recall),
  };
}

/** No pair at all is no wrong pair. */
function agreement(precision: number, recall: number): Agreement {
  const [p, r] = [Number.isNaN(precision) ? 1 : precision, Number.isNaN(recall) ? 1 : recall];
  return { precision: p, recall: r, f1: p + r > 0 ? (2 * p * r) / (p + r) : 0 };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function pairsIn(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}
