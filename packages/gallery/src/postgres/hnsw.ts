// The HNSW index of a large gallery, by pgvector with its own parameters. Vectors are kept in 32-bit floats; the index
// holds 16-bit ones, half as large, and what it finds is ranked by the former.
import type { Connection, Database } from './database.js';
import { partitionName } from './partition.js';

/** What HNSW takes of a `halfvec`; longer embeddings are always compared one by one. */
const maxIndexedDimension = 4000;
/** Any number that no other program locks. */
const lock = 0x686e7377;

export interface IndexPlace {
  readonly gallery: number;
  readonly dimension: number;
  /** A gallery with fewer templates has no index. */
  readonly fewest: number;
}

/** Whether there is a whole index, and templates enough for it to be of use. */
export async function hasIndex(connection: Connection, { gallery, fewest }: IndexPlace): Promise<boolean> {
  const [row] = await connection.query<{ there: boolean; large: boolean }>(
    `SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)), false) AS there,
       (SELECT count(*) FROM (SELECT FROM ${partitionName(gallery)} LIMIT ${fewest}) few) >= ${fewest} AS large`,
    [indexName(gallery)],
  );
  return row!.there && row!.large;
}

/**
 * Makes the index when the gallery is large enough and has none. Others read and write meanwhile; when another process
 * is at it already, it is left to that one.
 */
export async function ensureIndex(database: Database, place: IndexPlace): Promise<void> {
  const { gallery, dimension, fewest } = place;
  if (dimension > maxIndexedDimension) return;
  await database.maintenance(async connection => {
    const [size] = await connection.query<{ large: boolean }>(
      `SELECT count(*) >= ${fewest} AS large FROM (SELECT FROM ${partitionName(gallery)} LIMIT ${fewest}) few`,
    );
    if (!size!.large || (await hasIndex(connection, place))) return;
    const [held] = await connection.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS mine', [
      lock,
      gallery,
    ]);
    if (!held!.mine) return;
    try {
      // One that was cut off is there, but of no use.
      await connection.query(`DROP INDEX IF EXISTS ${indexName(gallery)}`);
      await connection.query(
        `CREATE INDEX CONCURRENTLY templates_${gallery}_hnsw ON ${partitionName(gallery)}
         USING hnsw ((embedding::halfvec(${dimension})) halfvec_ip_ops)`,
      );
    } finally {
      await connection.query('SELECT pg_advisory_unlock($1, $2)', [lock, gallery]);
    }
  });
}

const indexName = (gallery: number): string => `insightface.templates_${gallery}_hnsw`;
