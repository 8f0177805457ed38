// Brings records to the disk. All that wait go together: one write, one sync, then HEAD. After a failure the files are put
// back to what was acknowledged, so that the log goes on as soon as the disk takes writes again.
import type { KeyObject } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Chain } from './chain.js';
import { AuditError, reasonOf } from './errors.js';
import type { AuditEvent, AuditRecord } from './event.js';
import { recordsFile, syncFolder, writeAt } from './files.js';
import { encodeHead, headFile } from './head.js';
import { chainEvent, logActions, logEvent } from './record.js';
import { signText } from './signing-key.js';

/** What is to be recorded: an event, or one that depends on where it comes to stand. */
export type Entry = AuditEvent | ((chain: Chain) => AuditEvent);

/** A signed statement about the segment so far. */
export function checkpointEvent({ segment, tree }: Chain): AuditEvent {
  return logEvent(logActions.checkpoint, { segment, records: tree.size, root: tree.root() });
}

/** The signed end of a segment. */
export function sealEvent({ segment, tree, before, seq }: Chain): AuditEvent {
  const first = seq - tree.size + 1;
  return logEvent(logActions.seal, { segment, records: tree.size, root: tree.root(), first, before });
}

/** The files that are written to. Calls must not overlap. */
export class Committer {
  readonly #folder: string;
  readonly #key: KeyObject;
  #chain: Chain;
  #bytes: number;
  #head: FileHandle;
  #segment: FileHandle | undefined;
  /** Whether a failure left something that must be put back first. */
  #dirty = false;

  private constructor(folder: string, key: KeyObject, chain: Chain, bytes: number, head: FileHandle) {
    this.#folder = folder;
    this.#key = key;
    this.#chain = chain;
    this.#bytes = bytes;
    this.#head = head;
  }

  /** Continues behind `bytes` of the chain's segment. HEAD must be there. */
  static async open(folder: string, key: KeyObject, chain: Chain, bytes: number): Promise<Committer> {
    const head = await open(headFile(folder), 'r+');
    const committer = new Committer(folder, key, chain, bytes, head);
    if (bytes > 0) committer.#segment = await open(recordsFile(folder, chain.segment), 'r+');
    return committer;
  }

  /** Up to the last commit. */
  get chain(): Chain {
    return this.#chain;
  }

  /**
   * Records entries, all or none; resolves when they are on the disk.
   * @throws AuditError `WRITE_FAILED`, `AUDIT_DAMAGED` when somebody else has written to the file.
   */
  async commit(entries: readonly Entry[]): Promise<AuditRecord[]> {
    const chain = this.#chain.copy();
    const start = chain.sealed ? 0 : this.#bytes;
    if (chain.sealed) chain.beginSegment(chain.segment + 1);
    const records: AuditRecord[] = [];
    let text = '';
    for (const entry of entries) {
      const { record, line } = chainEvent(
        typeof entry === 'function' ? entry(chain) : entry,
        { seq: chain.seq + 1, time: timeAfter(chain.time), previous: chain.hash },
        hash => signText(this.#key, 'record', hash),
      );
      chain.advance(record);
      records.push(record);
      text += `${line}\n`;
    }
    const bytes = Buffer.from(text);
    try {
      await this.#putBack();
      await this.#write(chain, bytes, start);
    } catch (cause) {
      if (cause instanceof AuditError) throw cause;
      this.#dirty = true;
      await this.#putBack().catch(() => undefined);
      throw new AuditError(
        'WRITE_FAILED',
        `The audit log ${this.#folder} cannot be written: ${reasonOf(cause)}. Nothing was recorded. Free some space; ` +
          'the log then goes on by itself.',
        { cause },
      );
    }
    this.#chain = chain;
    this.#bytes = start + bytes.length;
    return records;
  }

  async close(): Promise<void> {
    await this.#segment?.close();
    await this.#head.close();
  }

  async #write(chain: Chain, bytes: Buffer, start: number): Promise<void> {
    if (start === 0) {
      await this.#segment?.close();
      this.#segment = undefined;
      this.#segment = await open(recordsFile(this.#folder, chain.segment), 'w+', 0o600);
      await syncFolder(this.#folder);
    }
    const file = this.#segment as FileHandle;
    const { size } = await file.stat();
    if (size !== start)
      throw new AuditError(
        'AUDIT_DAMAGED',
        `${recordsFile(this.#folder, chain.segment)} was changed by another program while the log was open. ` +
          'Nothing more is recorded there. Find out who did it, and begin a new log in an empty folder.',
      );
    await writeAt(file, bytes, start);
    await file.datasync();
    await this.#writeHead(chain, start + bytes.length);
  }

  async #writeHead({ seq, hash, time, segment }: Chain, bytes: number): Promise<void> {
    await writeAt(this.#head, encodeHead({ seq, hash, time, segment, bytes }, this.#key), 0);
    await this.#head.datasync();
  }

  /** HEAD first: at no moment may it count records that are not there. */
  async #putBack(): Promise<void> {
    if (!this.#dirty) return;
    await this.#writeHead(this.#chain, this.#bytes);
    const { sealed } = this.#chain;
    // After a seal the next commit begins its file anew.
    if (!sealed && this.#segment) await this.#segment.truncate(this.#bytes);
    this.#dirty = false;
  }
}

/** Now; a clock that was set back stands still until it has caught up. */
function timeAfter(last: string): string {
  const now = new Date().toISOString();
  return now < last ? last : now;
}
