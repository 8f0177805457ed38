// Search in SQL: every template of a small or filtered gallery, an HNSW index for large ones.
// Vectors have unit length, so pgvector's `<#>`, the negative inner product, is the negative cosine.
import type { CheckedSearch } from '../search-options.js';
import type { Connection } from './database.js';
import { partitionName } from './partition.js';
import { encodeVector, type MatchRow } from './rows.js';

export interface SearchPlace {
  readonly gallery: number;
  readonly dimension: number;
}

/** Templates that the index is asked for; they are compared in full afterwards. */
const candidatesPerPerson = 8;
const fewestCandidates = 200;
/** For more people than this, looking at every template is the shorter way. */
export const mostPeopleByIndex = 1000;
/** The most that `hnsw.ef_search` takes. */
const widestSearch = 1000;

/** Compares every template that the filters leave. Rows are in the order of probes, then of similarity. */
export function searchEvery(
  connection: Connection,
  place: SearchPlace,
  probes: readonly Float32Array[],
  options: CheckedSearch,
): Promise<MatchRow[]> {
  const parameters = new Parameters();
  const { tags, people } = options;
  const chosen = tags || people ? filter(place, options, parameters) : '';
  const ranked =
    options.score === 'best'
      ? bestTemplates(`SELECT ${columns} FROM ${partitionName(place.gallery)} t ${chosen}`)
      : averages(place, chosen);
  return connection.query(searchSql(place, ranked, probes, options, parameters), parameters.values);
}

/**
 * Compares the templates that the index finds. Returns `undefined` when they are of fewer people than asked for,
 * because of filters or of people with very many templates: then only a look at every template tells who else is
 * there. The settings are the transaction's own.
 */
export async function searchIndex(
  connection: Connection,
  place: SearchPlace,
  probes: readonly Float32Array[],
  options: CheckedSearch,
): Promise<MatchRow[] | undefined> {
  const candidates = Math.max(fewestCandidates, candidatesPerPerson * options.limit);
  const breadth = Math.min(candidates, widestSearch);
  await connection.query(
    `SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.ef_search = ${breadth}`,
  );
  // With filters the planner knows better whether few people are left.
  if (!options.tags) await connection.query('SET LOCAL enable_seqscan = off');
  const parameters = new Parameters();
  const half = `halfvec(${place.dimension})`;
  const found = `SELECT ${columns} FROM ${partitionName(place.gallery)} t
    ${options.tags ? filter(place, options, parameters) : ''}
    ORDER BY t.embedding::${half} <#> q.probe::${half} LIMIT ${candidates}`;
  const ranked =
    options.score === 'best'
      ? bestTemplates(found)
      : averages(
          place,
          `WHERE t.gallery = ${place.gallery} AND t.person IN (SELECT c.person FROM (${found}) c)`,
        );
  // The threshold is left to the end, to know whether the people or only the similar ones ran out.
  const everybody = { ...options, threshold: Number.NEGATIVE_INFINITY };
  const rows = await connection.query<MatchRow>(
    searchSql(place, ranked, probes, everybody, parameters),
    parameters.values,
  );
  const enough = probes.every((_, probe) => {
    const own = rows.filter(row => row.probe === probe);
    return own.length === options.limit || own.some(({ similarity }) => similarity < options.threshold);
  });
  return enough ? rows.filter(({ similarity }) => similarity >= options.threshold) : undefined;
}

const columns = 't.person, t.embedding <#> q.probe AS distance';

/** People by the nearest of some templates. */
function bestTemplates(templates: string): string {
  return `SELECT DISTINCT ON (c.person) c.person, c.distance
    FROM (${templates}) c ORDER BY c.person, c.distance`;
}

/** People by the normalised mean of all their templates. */
function averages({ gallery }: SearchPlace, where: string): string {
  return `SELECT t.person, l2_normalize(avg(t.embedding)) <#> q.probe AS distance
    FROM ${partitionName(gallery)} t ${where} GROUP BY t.person`;
}

/** The best of ranked people for each probe, `q.probe`, with the template that is most like it. */
function searchSql(
  { gallery }: SearchPlace,
  ranked: string,
  probes: readonly Float32Array[],
  { limit, threshold }: CheckedSearch,
  parameters: Parameters,
): string {
  const rows = probes.map((probe, index) => `(${index}, ${parameters.add(encodeVector(probe))}::vector)`);
  const most = Math.min(limit, Number.MAX_SAFE_INTEGER);
  return `SELECT q.number AS probe, p.name, p.id, p.tags, -best.distance AS similarity,
      (SELECT t.id FROM ${partitionName(gallery)} t WHERE t.gallery = ${gallery} AND t.person = best.person
       ORDER BY t.embedding <#> q.probe, t.number LIMIT 1) AS template
    FROM (VALUES ${rows.join(', ')}) q (number, probe)
    CROSS JOIN LATERAL (
      SELECT * FROM (${ranked}) people
      WHERE distance <= ${parameters.add(-threshold)}::float8 ORDER BY distance, person LIMIT ${most}
    ) best
    JOIN insightface.people p ON p.gallery = ${gallery} AND p.number = best.person
    ORDER BY q.number, best.distance, best.person`;
}

function filter({ gallery }: SearchPlace, { tags, people }: CheckedSearch, parameters: Parameters): string {
  const conditions = [`f.gallery = ${gallery}`];
  if (tags) conditions.push(`f.tags @> ${parameters.add(tags)}::text[]`);
  if (people) conditions.push(`f.name = ANY(${parameters.add(people)}::text[])`);
  return `WHERE t.gallery = ${gallery} AND t.person IN
    (SELECT f.number FROM insightface.people f WHERE ${conditions.join(' AND ')})`;
}

/** Values beside the SQL, never in it. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
