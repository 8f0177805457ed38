// The one seam to LMDB: a durable, ordered map from keys to bytes.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open as openFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { type Key, open, type RootDatabase, type Transaction } from 'lmdb';
import { lockFile } from './store-file.js';

/** A space of keys and a key in it: keys of a space lie together, in order. */
export type StoreKey = readonly [space: string, ...rest: (string | number)[]];

export interface RangeQuery {
  /** First key, in the space of the range. */
  readonly start: StoreKey;
  /** `start` itself is left out. */
  readonly exclusiveStart?: boolean;
  readonly limit?: number;
}

/** More than LMDB's lock file and first pages take. */
const probeBytes = 1 << 18;

interface PendingWrite {
  /** Runs the work in a transaction of its own within the commit's; returns how to tell of its success. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Durable map. Reads are synchronous and see every commit of every process; writes are transactions. */
export class Store {
  readonly #folder: string;
  readonly #database: RootDatabase<Buffer, Key>;
  readonly #transaction: Transaction | undefined;
  #pending: PendingWrite[] = [];

  private constructor(folder: string, database: RootDatabase<Buffer, Key>, transaction?: Transaction) {
    this.#folder = folder;
    this.#database = database;
    this.#transaction = transaction;
  }

  /**
   * Opens the store of a folder, and makes it when there is none and `readonly` is not set.
   * @throws InsightFaceError `GALLERY_INVALID`, or `WRITE_FAILED` when files cannot be made.
   */
  static async open(folder: string, readonly: boolean): Promise<Store> {
    try {
      if (!readonly) await mkdir(folder, { recursive: true });
      if (!readonly && !existsSync(join(folder, lockFile))) await probeSpace(folder);
      const database = open<Buffer, Key>({
        path: resolve(folder),
        encoding: 'binary',
        // Holds a template of up to 1,000 numbers in the tree itself.
        pageSize: 8192,
        // A commit is on the disk before anyone is told of it.
        overlappingSync: false,
        noSubdir: false,
        readOnly: readonly,
      });
      if (!readonly) await syncFolders(folder);
      return new Store(folder, database);
    } catch (cause) {
      throw storeError(cause, folder, 'GALLERY_INVALID', 'cannot be opened');
    }
  }

  get(key: StoreKey): Buffer | undefined {
    return this.#reading(() => this.#database.get(mutable(key), this.#readOptions()));
  }

  /** Entries of the space from a key on, in order: what follows the space in each key, and the value. */
  range({ start, exclusiveStart, limit }: RangeQuery): { id: Key | undefined; value: Buffer }[] {
    const options = {
      start: mutable(start),
      end: [`${start[0]}\u0001`],
      ...(exclusiveStart && { exclusiveStart }),
      ...(limit !== undefined && { limit }),
      ...this.#readOptions(),
    };
    return this.#reading(() =>
      Array.from(this.#database.getRange(options), ({ key, value }) => ({
        id: Array.isArray(key) ? key[1] : undefined,
        value,
      })),
    );
  }

  /** Whether nothing was ever written. */
  get isEmpty(): boolean {
    return this.#reading(() => Array.from(this.#database.getKeys({ limit: 1 })).length === 0);
  }

  /** Lets the next reads see what other processes have committed. */
  renew(): void {
    this.#database.resetReadTxn();
  }

  /**
   * Runs `work` with every other writer locked out. Its puts and removes happen all or, when it throws, not at all.
   * The promise resolves when they are on the disk. What is asked for in one turn of the event loop shares a commit.
   * @throws InsightFaceError `WRITE_FAILED` when the disk is full or does not take them; nothing has changed then.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#pending.push({
        run: () => {
          const value = this.#database.transactionSync(work);
          return () => resolve(value);
        },
        reject,
      });
      if (this.#pending.length === 1) setImmediate(() => this.#commit());
    });
  }

  /** Calls `work` with the store as it is now, whatever is written meanwhile. */
  async snapshot<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const transaction = this.#database.useReadTransaction();
    try {
      return await work(new Store(this.#folder, this.#database, transaction));
    } finally {
      transaction.done();
    }
  }

  /** Within {@link Store.write}. */
  put(key: StoreKey, value: Buffer): void {
    this.#database.putSync(mutable(key), value);
  }

  /** Within {@link Store.write}. */
  remove(key: StoreKey): void {
    this.#database.removeSync(mutable(key));
  }

  async close(): Promise<void> {
    this.#commit();
    await this.#database.close();
  }

  /** LMDB's own queue loses hold of errors when the disk is full, so this is a transaction of the calling thread. */
  #commit(): void {
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const outcomes: (() => void)[] = [];
    try {
      this.#database.transactionSync(() => {
        for (const { run, reject } of pending)
          try {
            outcomes.push(run());
          } catch (error) {
            if (isStoreFault(error)) throw error;
            outcomes.push(() => reject(error));
          }
      });
    } catch (cause) {
      const error = storeError(
        cause,
        this.#folder,
        'WRITE_FAILED',
        'did not take the change, and nothing was changed',
      );
      for (const { reject } of pending) reject(error);
      return;
    }
    for (const tell of outcomes) tell();
  }

  #readOptions() {
    return this.#transaction ? { transaction: this.#transaction } : {};
  }

  #reading<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw storeError(cause, this.#folder, 'GALLERY_INVALID', 'does not read');
    }
  }
}

function mutable(key: StoreKey): Key {
  return [...key];
}

/** A fault of the store carries LMDB's or the system's number as its code. */
function isStoreFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number';
}

function storeError(
  cause: unknown,
  folder: string,
  code: 'GALLERY_INVALID' | 'WRITE_FAILED',
  what: string,
): InsightFaceError {
  if (cause instanceof InsightFaceError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const refused =
    /EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EFBIG|ENOTDIR|EEXIST|permission denied|read-only|no space/i.test(
      reason,
    );
  const advice =
    refused || code === 'WRITE_FAILED'
      ? 'Check free space and permissions.'
      : 'Restore the folder from a backup, or import an exported file into a new one.';
  return new InsightFaceError(
    refused ? 'WRITE_FAILED' : code,
    `The gallery ${folder} ${what}: ${reason.trim()}. ${advice}`,
    { cause },
  );
}

/** LMDB maps its lock file before the disk has room for it, and the process ends where it has none. */
async function probeSpace(folder: string): Promise<void> {
  const probe = join(folder, `.${randomUUID()}.tmp`);
  try {
    await writeFile(probe, Buffer.alloc(probeBytes, 1), { flush: true });
  } finally {
    await rm(probe, { force: true });
  }
}

/** A new file outlives a power cut only when its folder is on the disk, too. Windows has no such call. */
async function syncFolders(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (const path of [folder, dirname(resolve(folder))]) {
    const handle = await openFile(path, 'r');
    await handle.sync().finally(() => handle.close());
  }
}
