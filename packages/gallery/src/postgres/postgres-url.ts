import { InsightFaceError } from 'insightface-ts';

export interface PostgresPlace {
  /** For the driver. */
  readonly connectionString: string;
  /** For people: without the password. */
  readonly location: string;
  /** Most connections at once. */
  readonly poolSize: number;
}

const defaultPoolSize = 10;

/**
 * Reads `postgres://user:password@host:port/database?...`. The parameters are the driver's (`sslmode`, `sslrootcert`,
 * `statement_timeout`, ...), and `pool_size`.
 * @throws InsightFaceError `INVALID_ARGUMENT`; the message never holds the password.
 */
export function parsePostgresUrl(text: string): PostgresPlace {
  const invalid = (what: string) =>
    new InsightFaceError(
      'INVALID_ARGUMENT',
      `${what}. Write postgres://user:password@host:port/database, special characters in the password as %XX.`,
    );
  if (!URL.canParse(text)) throw invalid('The address of the database does not read');
  const url = new URL(text);
  const size = url.searchParams.get('pool_size');
  const poolSize = size === null ? defaultPoolSize : Number(size);
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > 1000)
    throw invalid('pool_size is a whole number from 1 to 1000');
  url.searchParams.delete('pool_size');
  const connectionString = url.href;
  url.password = '';
  url.searchParams.delete('password');
  return { connectionString, location: url.href, poolSize };
}
