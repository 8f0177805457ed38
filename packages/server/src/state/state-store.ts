// Keys, tenants, settings, references of persons: small records in LMDB. A put that has resolved is on the disk.
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { open, type RootDatabase } from 'lmdb';

/** Where a record lies, such as `['key', hash]`. */
export type StateKey = readonly [kind: string, ...rest: string[]];

export class StateStore {
  readonly #database: RootDatabase<unknown, string[]>;

  private constructor(database: RootDatabase<unknown, string[]>) {
    this.#database = database;
  }

  /** @throws InsightFaceError `WRITE_FAILED`. */
  static open(folder: string): StateStore {
    try {
      return new StateStore(open({ path: join(folder, 'state.lmdb'), encoding: 'json', noMemInit: false }));
    } catch (cause) {
      throw new InsightFaceError('WRITE_FAILED', `The state in ${folder} cannot be opened.`, { cause });
    }
  }

  /** The record, which whoever wrote it vouches for. */
  get<T>(key: StateKey): T | undefined {
    return this.#database.get([...key]) as T | undefined;
  }

  /** @throws InsightFaceError `WRITE_FAILED`. */
  async put(key: StateKey, value: object): Promise<void> {
    await this.#writing(() => this.#database.put([...key], value));
    await this.#database.flushed;
  }

  /** Resolves with false when there was none. @throws InsightFaceError `WRITE_FAILED`. */
  async remove(key: StateKey): Promise<boolean> {
    const removed = await this.#writing(() => this.#database.remove([...key]));
    await this.#database.flushed;
    return removed;
  }

  /** Records whose keys begin so, in the order of their keys. */
  *list<T>(prefix: StateKey): Generator<{ key: readonly string[]; value: T }> {
    const start = [...prefix];
    for (const { key, value } of this.#database.getRange({ start, end: [...prefix, '\u{10ffff}'] }))
      yield { key, value: value as T };
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #writing(write: () => Promise<boolean>): Promise<boolean> {
    try {
      return await write();
    } catch (cause) {
      throw new InsightFaceError('WRITE_FAILED', 'The state cannot be written. Free some space.', { cause });
    }
  }
}
