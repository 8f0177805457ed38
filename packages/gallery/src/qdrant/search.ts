import { dot, normalize } from 'insightface-ts';
import type { CheckedSearch } from '../search-options.js';
import type { Match } from '../types.js';
import { type Collection, type Condition, haveTags, is, isAny } from './collection.js';
import { type PersonPoint, personPointId, type TemplatePoint } from './points.js';

interface Hit {
  readonly person: string;
  readonly template: string;
  readonly similarity: number;
}

/** People whose averages are compared for each that is wanted. */
const averagedPerWanted = 4;
const fewestAveraged = 100;

/** The people most like a probe. By averages: of those whose best templates come near. */
export async function nearestPeople(
  collection: Collection,
  probe: Float32Array,
  { limit, threshold, score, tags = [], people }: CheckedSearch,
): Promise<Match[]> {
  const conditions = haveTags(tags);
  if (people) {
    const named = await collection.points<PersonPoint>(people.map(personPointId));
    if (named.length === 0) return [];
    conditions.push(
      isAny(
        'person',
        named.map(({ payload }) => payload.person),
      ),
    );
  }
  const hits =
    score === 'best'
      ? await collection.nearest(probe, conditions, limit, threshold)
      : await nearestAverages(collection, probe, conditions, limit, threshold);
  const owners = new Map(
    (await collection.people(hits.map(({ person }) => person))).map(person => [person.person, person]),
  );
  return hits.flatMap(({ person: id, template, similarity }) => {
    const person = owners.get(id);
    if (!person) return [];
    const { name, tags } = person;
    return {
      name,
      similarity: Math.max(-1, Math.min(1, similarity)),
      personId: id,
      templateId: template,
      ...(tags.length > 0 && { tags }),
    };
  });
}

async function nearestAverages(
  collection: Collection,
  probe: Float32Array,
  conditions: readonly Condition[],
  limit: number,
  threshold: number,
): Promise<Hit[]> {
  const candidates = Math.max(fewestAveraged, averagedPerWanted * limit);
  const hits = await collection.nearest(probe, conditions, candidates, Number.NEGATIVE_INFINITY);
  if (hits.length === 0) return [];
  const owners = isAny(
    'person',
    hits.map(({ person }) => person),
  );
  const templates = await collection.all<TemplatePoint>([is('kind', 'template'), owners], true);
  const sums = new Map<string, Float32Array>();
  for (const { payload, embedding } of templates) {
    if (!embedding) continue;
    const sum = sums.get(payload.person);
    if (sum) for (const [index, value] of embedding.entries()) sum[index]! += value;
    else sums.set(payload.person, embedding);
  }
  return hits
    .map(hit => ({ ...hit, similarity: similarityToMean(probe, sums.get(hit.person)) }))
    .filter(({ similarity }) => similarity >= threshold)
    .sort((one, other) => other.similarity - one.similarity)
    .slice(0, limit);
}

/** Opposite templates have no mean direction: nothing is like it. */
function similarityToMean(probe: Float32Array, sum: Float32Array | undefined): number {
  return sum?.some(value => value !== 0) ? dot(probe, normalize(sum).unit) : 0;
}
