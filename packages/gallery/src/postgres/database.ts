// Connections to one PostgreSQL: a pool, transactions, and failures in this library's codes.
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { isConnectionLost, isPassing, toInsightFaceError } from './failures.js';
import { parsePostgresUrl } from './postgres-url.js';

/** Something that runs SQL: the pool, or the connection of a transaction. */
export interface Connection {
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** What a statement may take; `statement_timeout=...` in the address sets another. */
const statementTimeoutMs = 60_000;
/** What getting a connection may take. */
const connectTimeoutMs = 10_000;
/** Some 24 days. */
const longestTimer = 2 ** 31 - 1;
/** How often a transaction is tried when others are in its way. */
const attempts = 8;
const pauseMs = 20;

export class Database implements Connection {
  /** Address without the password. */
  readonly location: string;
  readonly #pool: pg.Pool;

  /** @throws InsightFaceError `INVALID_ARGUMENT` for an address that does not read. */
  constructor(url: string) {
    const { connectionString, location, poolSize } = parsePostgresUrl(url);
    this.location = location;
    this.#pool = new pg.Pool({
      connectionString,
      max: poolSize,
      statement_timeout: statementTimeoutMs,
      connectionTimeoutMillis: connectTimeoutMs,
      // The network may lose an answer that the server's own limit cannot.
      query_timeout: statementTimeoutMs * 2,
      keepAlive: true,
      application_name: 'insightface-ts',
    });
    // A connection that breaks, idle or between two statements, leaves the pool by itself and must not end the
    // process; whoever uses it hears of it from the next statement.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', client => client.on('error', () => {}));
  }

  /** One statement. */
  async query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return await rows<Row>(this.#pool, sql, values);
    } catch (error) {
      throw toInsightFaceError(error, this.location);
    }
  }

  /** All of the work or nothing; done again when another transaction was in its way. */
  async transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#transaction(work);
      } catch (error) {
        if (attempt === attempts || !isPassing(error)) throw toInsightFaceError(error, this.location);
        // Not all at once again.
        await setTimeout(Math.random() * attempt * pauseMs);
      }
    }
  }

  /** Statements outside a transaction, on one connection, that may take as long as they need. */
  async maintenance<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await this.#connected(async client => {
        await client.query('SET statement_timeout = 0');
        try {
          return await work({
            query: async <Row>(text: string, values: readonly unknown[] = []) => {
              const unhurried = { text, values: [...values], query_timeout: longestTimer };
              return (await client.query(unhurried)).rows as Row[];
            },
          });
        } finally {
          await client.query('RESET statement_timeout');
        }
      });
    } catch (error) {
      throw toInsightFaceError(error, this.location);
    }
  }

  #transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.#connected(async client => {
      await client.query('BEGIN');
      try {
        const result = await work({ query: (sql, values = []) => rows(client, sql, values) });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    });
  }

  async #connected<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = isConnectionLost(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

async function rows<Row>(runner: pg.Pool | pg.PoolClient, sql: string, values: readonly unknown[]) {
  const result = await runner.query(sql, [...values]);
  return result.rows as Row[];
}
