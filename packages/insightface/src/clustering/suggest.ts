import { centroidSimilarity } from './centroid-linkage.js';
import { mayJoin } from './linkage.js';
import { type ClusterState, listClusters } from './state.js';
import { unitOf } from './units.js';

/** Two clusters that may be one person. */
export interface MergeSuggestion {
  readonly clusters: readonly [string, string];
  /** Cosine between the means of the two, -1 to 1. */
  readonly similarity: number;
}

/**
 * Pairs of clusters that are nearly similar enough to be joined, most similar first, for a person to decide.
 * `margin` is how far below the threshold they may be; clusters of one face are left out.
 */
export function suggestMerges(state: ClusterState, { margin = 0.1, limit = 10 } = {}): MergeSuggestion[] {
  const units = listClusters(state)
    .filter(({ faces }) => faces.length > 1)
    .map(({ id, name, faces }) => ({ id, unit: unitOf(faces, name, state) }));
  const suggestions: MergeSuggestion[] = [];
  for (const [index, a] of units.entries())
    for (const b of units.slice(index + 1)) {
      const similarity = centroidSimilarity(a.unit, b.unit);
      if (similarity >= state.threshold - margin && mayJoin(a.unit, b.unit))
        suggestions.push({ clusters: [a.id, b.id], similarity });
    }
  return suggestions.sort((a, b) => b.similarity - a.similarity).slice(0, limit);
}
