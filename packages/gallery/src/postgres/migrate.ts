// Brings the tables to this library's version, one process at a time.
import { InsightFaceError } from 'insightface-ts';
import type { Connection, Database } from './database.js';
import { migrations } from './migrations.js';

/** Any number that no other program locks: "insightface" in ASCII, as far as it fits. */
const lock = 0x696e7369;
/** Iterative index scans, which filters need, came with 0.8: https://github.com/pgvector/pgvector#iterative-index-scans */
const oldestExtension = [0, 8];

/** The version of the tables; 0 when there are none. */
export async function schemaVersion(connection: Connection): Promise<number> {
  // `to_regclass` may answer from what the connection remembers of before it waited for the lock.
  const found = await connection.query(
    `SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'insightface' AND c.relname = 'schema_version'`,
  );
  if (found.length === 0) return 0;
  const [row] = await connection.query<{ version: number }>('SELECT version FROM insightface.schema_version');
  return row?.version ?? 0;
}

/**
 * Applies the steps that are missing, all or none.
 * @throws InsightFaceError `GALLERY_INVALID` when a newer library made the tables, `STORE_UNAVAILABLE` when pgvector is
 * missing or old, `WRITE_FAILED` when the user may not make tables.
 */
export async function migrate(database: Database, steps: readonly string[] = migrations): Promise<void> {
  if (checkVersion(await schemaVersion(database), steps.length, database) === steps.length) return;
  await database.transaction(async connection => {
    await connection.query('SELECT pg_advisory_xact_lock($1)', [lock]);
    const version = checkVersion(await schemaVersion(connection), steps.length, database);
    await requireExtension(connection, database);
    if (version === 0) {
      await connection.query('CREATE SCHEMA IF NOT EXISTS insightface');
      await connection.query('CREATE TABLE insightface.schema_version (version integer NOT NULL)');
      await connection.query('INSERT INTO insightface.schema_version VALUES (0)');
    }
    for (const step of steps.slice(version)) await connection.query(step);
    await connection.query('UPDATE insightface.schema_version SET version = $1', [steps.length]);
  });
}

/**
 * For galleries that are only read: the tables must be current already.
 * @throws InsightFaceError `GALLERY_INVALID`.
 */
export async function requireCurrent(database: Database): Promise<boolean> {
  const version = checkVersion(await schemaVersion(database), migrations.length, database);
  if (version !== 0 && version < migrations.length)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `The tables in ${database.location} are of an older version. Open the gallery once without readonly.`,
    );
  return version !== 0;
}

function checkVersion(version: number, newest: number, { location }: Database): number {
  if (version > newest)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `A newer version of this library made the tables in ${location} (version ${version}). Update the library.`,
    );
  return version;
}

async function requireExtension(connection: Connection, { location }: Database): Promise<void> {
  const read = () =>
    connection.query<{ extversion: string }>(`SELECT extversion FROM pg_extension WHERE extname = 'vector'`);
  let [extension] = await read();
  if (!extension) {
    const [available] = await connection.query(
      `SELECT name FROM pg_available_extensions WHERE name = 'vector'`,
    );
    if (!available)
      throw new InsightFaceError(
        'STORE_UNAVAILABLE',
        `The PostgreSQL of ${location} has no pgvector. Install it: https://github.com/pgvector/pgvector.`,
      );
    await connection.query('CREATE EXTENSION vector');
    [extension] = await read();
  }
  const [major = 0, minor = 0] = (extension?.extversion ?? '').split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestExtension;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor))
    throw new InsightFaceError(
      'STORE_UNAVAILABLE',
      `${location} has pgvector ${extension?.extversion}, which is too old. Install 0.8 or later and run ALTER EXTENSION vector UPDATE.`,
    );
}
