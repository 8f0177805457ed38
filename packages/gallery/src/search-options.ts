import { InsightFaceError } from 'insightface-ts';
import { normalizeName } from './names.js';
import { normalizeTags } from './tags.js';
import type { SearchOptions } from './types.js';

/** Search options with their defaults, checked. */
export interface CheckedSearch {
  readonly limit: number;
  /** Minus infinity when every similarity counts: rounding may take opposite vectors to just below -1. */
  readonly threshold: number;
  readonly score: 'best' | 'average';
  readonly tags?: readonly string[];
  readonly people?: readonly string[];
}

/** @throws InsightFaceError `INVALID_ARGUMENT`. */
export function checkSearch(options: SearchOptions = {}): CheckedSearch {
  const { limit = 10, threshold = -1, score = 'best', tags, people } = options;
  if (!Number.isInteger(limit) || limit < 1)
    throw new InsightFaceError('INVALID_ARGUMENT', `limit is a whole number from 1, not ${limit}.`);
  if (!(threshold >= -1 && threshold <= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `threshold lies between -1 and 1, not at ${threshold}.`);
  if (score !== 'best' && score !== 'average')
    throw new InsightFaceError('INVALID_ARGUMENT', `score is best or average, not ${String(score)}.`);
  return {
    limit,
    threshold: threshold === -1 ? Number.NEGATIVE_INFINITY : threshold,
    score,
    ...(tags && tags.length > 0 && { tags: normalizeTags(tags) }),
    ...(people && { people: people.map(normalizeName) }),
  };
}
