import type { KeyObject } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { keepAnchor } from './anchor.js';
import { type AuditLogOptions, checkOptions, signingKeyOf } from './audit-options.js';
import { begin } from './begin.js';
import type { Chain } from './chain.js';
import { Committer, checkpointEvent, type Entry, sealEvent } from './committer.js';
import { AuditError, reasonOf } from './errors.js';
import { type AuditEvent, type AuditRecord, checkEvent } from './event.js';
import { FolderLock } from './lock.js';
import { isSigned, logActions, logEvent } from './record.js';
import { compareWithAnchor, replay } from './replay.js';
import { dropRecords, expiredSegments } from './retention.js';
import { type AuditQuery, searchAudit } from './search.js';
import { keyFingerprint, publicKeyPem } from './signing-key.js';

/** Where a log stands. */
export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
  readonly time: string;
  readonly segment: number;
  /** The last signed checkpoint or seal. */
  readonly checkpoint: { readonly seq: number; readonly time: string } | undefined;
  /** The key's fingerprint. */
  readonly key: string;
  /** What does not work in the background (anchors, checkpoints by time, retention), until it works again. */
  readonly problems: readonly string[];
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: (record: AuditRecord) => void;
  readonly reject: (error: unknown) => void;
}

/** Most records that go to the disk together. */
const mostTogether = 1000;
const dayMs = 86_400_000;

/**
 * An append-only log in a folder: each record carries the hash of the one before, checkpoints are signed. One process
 * writes; others may search and verify at the same time.
 * @example
 * const log = await AuditLog.open('data/audit', { anchor: '/mnt/other/anchors.jsonl' });
 * const { seq } = await log.append({ action: 'verify', actor: '1f2e3d4c', outcome: 'accepted', score: 0.71 });
 * await log.close();
 */
export class AuditLog {
  readonly folder: string;
  /** The public key as PEM: give it to those who verify. */
  readonly publicKey: string;
  readonly #fingerprint: string;
  readonly #options: AuditLogOptions;
  readonly #lock: FolderLock;
  readonly #committer: Committer;
  readonly #problems = new Map<string, string>();
  #waiting: Waiting[] = [];
  #work: Promise<void> | undefined;
  #expiring: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(
    folder: string,
    key: KeyObject,
    options: AuditLogOptions,
    lock: FolderLock,
    files: Committer,
  ) {
    this.folder = folder;
    this.publicKey = publicKeyPem(key);
    this.#fingerprint = keyFingerprint(key);
    this.#options = options;
    this.#lock = lock;
    this.#committer = files;
  }

  /**
   * Opens a log, or begins one in an empty or new folder. Writes that were cut off by a crash, and therefore never
   * acknowledged, are removed, and `log.recovered` is recorded.
   * @throws AuditError `AUDIT_LOCKED` while another process writes, `AUDIT_DAMAGED` when acknowledged records are not
   * there, `KEY_INVALID`, `WRITE_FAILED`, `INVALID_ARGUMENT`.
   */
  static async open(folder: string, options: AuditLogOptions = {}): Promise<AuditLog> {
    checkOptions(folder, options);
    const key = await signingKeyOf(folder, options);
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch(cause => {
      throw new AuditError('WRITE_FAILED', `${folder} cannot be made: ${reasonOf(cause)}.`, { cause });
    });
    const lock = await writable(folder, () => FolderLock.acquire(folder));
    try {
      const state = await writable(folder, async () => (await replay(folder, key)) ?? begin(folder, key));
      if (options.anchor !== undefined) await compareWithAnchor(folder, state.chain, options.anchor);
      const files = await Committer.open(folder, key, state.chain, state.bytes);
      const log = new AuditLog(folder, key, options, lock, files);
      try {
        await log.#start(state.cut);
      } catch (error) {
        await files.close();
        throw error;
      }
      return log;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Records an event; resolves when it is on the disk.
   * @throws AuditError `INVALID_ARGUMENT` for an event that does not fit the schema; `WRITE_FAILED`, and then nothing was
   * recorded; `DISPOSED`.
   */
  async append(event: AuditEvent): Promise<AuditRecord> {
    checkEvent(event);
    return this.#add(event);
  }

  /** Signs what there is now, and returns the checkpoint's record. @throws AuditError `WRITE_FAILED`, `DISPOSED`. */
  async checkpoint(): Promise<AuditRecord> {
    const record = await this.#add(checkpointEvent);
    const problem = this.#problems.get('anchor');
    if (problem !== undefined) throw new AuditError('WRITE_FAILED', problem);
    return record;
  }

  /** Records that fit, oldest first or newest first. @throws AuditError `INVALID_ARGUMENT`. */
  search(query: AuditQuery = {}): AsyncIterable<AuditRecord> {
    return searchAudit(this.folder, query);
  }

  head(): AuditHead {
    const { seq, hash, time, segment, checkpoint } = this.#committer.chain;
    const problems = [...this.#problems.values()];
    return { seq, hash, time, segment, checkpoint, key: this.#fingerprint, problems };
  }

  /** Records what waits, signs a last checkpoint and frees the folder. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    try {
      await this.#expiring?.catch(() => undefined);
      while (this.#work) await this.#work;
      const { chain } = this.#committer;
      if (!this.#lock.lost && chain.seq !== chain.checkpoint?.seq) await this.#commit([checkpointEvent]);
    } finally {
      await this.#committer.close();
      await this.#lock.release();
    }
  }

  async #start(cut: number): Promise<void> {
    if (this.#committer.chain.seq === 0)
      await this.#add(logEvent(logActions.started, { version: 1, key: this.#fingerprint }));
    if (cut > 0) await this.#add(logEvent(logActions.recovered, { bytes: cut }));
    await this.#expire();
    const seconds = this.#options.checkpointSeconds ?? 60;
    this.#timer = setInterval(() => void this.#tick(), seconds * 1000).unref();
  }

  #add(entry: Entry): Promise<AuditRecord> {
    if (this.#closed)
      return Promise.reject(new AuditError('DISPOSED', 'The audit log is closed. Open it again.'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#work ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // Whoever calls in the same turn of the event loop goes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, mostTogether);
      try {
        const records = await this.#commit(some.map(({ entry }) => entry));
        for (const [index, { resolve }] of some.entries()) resolve(records[index] as AuditRecord);
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.#work = undefined;
  }

  async #commit(entries: Entry[]): Promise<AuditRecord[]> {
    if (this.#lock.lost)
      throw new AuditError(
        'AUDIT_LOCKED',
        `Another process has taken over ${this.folder}. Stop one of the two.`,
      );
    const { chain } = this.#committer;
    const size = (chain.sealed ? 0 : chain.tree.size) + entries.length;
    const since = chain.seq - (chain.checkpoint?.seq ?? 0) + entries.length;
    const full = size >= (this.#options.segmentRecords ?? 50_000) || ageOf(chain) > dayMs;
    if (full) entries.push(sealEvent);
    else if (since >= (this.#options.checkpointRecords ?? 1000)) entries.push(checkpointEvent);
    const records = await this.#committer.commit(entries);
    for (const record of records) if (isSigned(record.action)) await this.#keepAnchor(record);
    if (full) this.#expire().catch(() => undefined);
    return records;
  }

  async #keepAnchor({ seq, time, hash, signature = '' }: AuditRecord): Promise<void> {
    const { anchor } = this.#options;
    if (anchor === undefined) return;
    const failedBefore = this.#problems.has('anchor');
    try {
      await this.#watch('anchor', () => keepAnchor(anchor, { seq, time, hash, signature }));
    } catch {
      // The records are safe, so their writers are not told; the log says it once, and `head()` as long as it lasts.
      if (!failedBefore && !this.#closed)
        this.#add(logEvent(logActions.anchor, { checkpoint: seq }, 'failed')).catch(() => undefined);
    }
  }

  async #tick(): Promise<void> {
    const { chain } = this.#committer;
    // A commit after a day seals the segment.
    if (chain.seq !== chain.checkpoint?.seq || ageOf(chain) > dayMs)
      await this.#watch('checkpoint', () => this.#add(checkpointEvent)).catch(() => undefined);
    else await this.#expire().catch(() => undefined);
  }

  /** Deletes what is too old; one call at a time. */
  #expire(): Promise<void> {
    const days = this.#options.retentionDays;
    if (days === undefined || this.#closed) return Promise.resolve();
    this.#expiring ??= this.#dropExpired(days).finally(() => {
      this.#expiring = undefined;
    });
    return this.#expiring;
  }

  #dropExpired(days: number): Promise<void> {
    return this.#watch('retention', async () => {
      const expired = await expiredSegments(this.folder, days);
      const last = expired.at(-1);
      if (!last) return;
      await this.#add(logEvent(logActions.expired, { through: last.seq, segments: expired.length, days }));
      for (const segment of expired) await dropRecords(this.folder, segment);
    });
  }

  /** Keeps a failure of background work where `head()` shows it. */
  async #watch(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.#problems.delete(what);
    } catch (error) {
      this.#problems.set(what, reasonOf(error));
      throw error;
    }
  }
}

/** Milliseconds since the first record of the segment that is being written. */
function ageOf({ sealed, began }: Chain): number {
  return sealed || began === '' ? 0 : Date.now() - Date.parse(began);
}

/** @throws AuditError `WRITE_FAILED` for a failure of the system. */
async function writable<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    throw new AuditError(
      'WRITE_FAILED',
      `The audit log ${folder} cannot be opened for writing: ${reasonOf(cause)}. Check free space and permissions.`,
      { cause },
    );
  }
}
