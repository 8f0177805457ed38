import type { Match } from './types.js';

/**
 * The people most like a probe out of the answers of several galleries, best first. It is what one gallery of all people
 * would answer when each person is in one of them and each was asked with the same options: whoever is among the best
 * `limit` of all is among the best `limit` of their own gallery. Of equal ones, the lower id comes first.
 */
export function mergeMatches(answers: readonly (readonly Match[])[], limit: number): Match[] {
  return answers
    .flat()
    .sort((a, b) => b.similarity - a.similarity || (a.personId < b.personId ? -1 : 1))
    .slice(0, limit);
}
