// Follows the chain line by line and says what breaks it. Opening a log and verifying one read with the same eyes.
import type { KeyObject } from 'node:crypto';
import type { AuditRecord } from './event.js';
import type { Line } from './lines.js';
import { MerkleTree } from './merkle.js';
import { isSigned, logActions, noHash, parseLine, readRecord } from './record.js';
import { isSignatureOf } from './signing-key.js';

/**
 * Why a log is not whole: a record was `changed`; records are not in `order` (removed, inserted or moved); a record does
 * not follow the one before it (`link`); a `signature` is not the key's; a Merkle `root` does not fit; the end was `cut`
 * off; there is an `unfinished` tail; `head` does not fit; a segment or its reason to be gone is `missing`; the log is not
 * the one of the `anchor`.
 */
export type FaultReason =
  | 'changed'
  | 'order'
  | 'link'
  | 'signature'
  | 'root'
  | 'cut'
  | 'unfinished'
  | 'head'
  | 'missing'
  | 'anchor';

/** The first thing that is wrong in a log. */
export interface AuditFault {
  /** The record that is wrong or not there. */
  readonly seq: number;
  /** The file's number, where the fault lies in one. */
  readonly segment?: number;
  readonly reason: FaultReason;
  /** A sentence for people. */
  readonly message: string;
}

/** Where the chain stands. */
export class Chain {
  seq = 0;
  hash = noHash;
  time = '';
  segment = 0;
  /** Whether the segment has ended with its seal. */
  sealed = true;
  /** Time of the segment's first record. */
  began = '';
  /** Hash before the segment's first record. */
  before = noHash;
  /** All records of the segment so far. */
  tree = new MerkleTree();
  /** The last record with a signature. */
  checkpoint: Pick<AuditRecord, 'seq' | 'time'> | undefined;

  beginSegment(number: number): void {
    this.segment = number;
    this.sealed = false;
    this.began = '';
    this.before = this.hash;
    this.tree = new MerkleTree();
  }

  copy(): Chain {
    const chain = Object.assign(new Chain(), this);
    chain.tree = this.tree.copy();
    return chain;
  }

  advance({ seq, hash, time, action }: AuditRecord): void {
    this.seq = seq;
    this.hash = hash;
    this.time = time;
    this.began ||= time;
    this.tree.add(hash);
    this.sealed = action === logActions.seal;
    if (isSigned(action)) this.checkpoint = { seq, time };
  }

  /** Takes the next line of the segment, or says what is wrong with it. */
  accept(line: Line, key: KeyObject): AuditRecord | AuditFault {
    const next = this.seq + 1;
    if (this.sealed) return this.fault('order', next, 'a line stands after the seal of its segment');
    if (!line.ended) return this.fault('cut', next, `the file breaks off in record ${next}`);
    const parsed = parseLine(line.bytes);
    if (!parsed) return this.fault('changed', next, `record ${next} does not read`);
    const record = readRecord(line.bytes);
    if (parsed.actual !== parsed.hash || !record)
      return this.fault('changed', next, `what record ${next} says is not what was written`);
    if (record.seq !== next)
      return this.fault('order', next, `record ${record.seq} stands where ${next} belongs`);
    if (parsed.previous !== this.hash)
      return this.fault(
        'link',
        next,
        `record ${next} was written after another record than the one before it`,
      );
    const fault = this.#checkSigned(record, key);
    if (fault) return fault;
    this.advance(record);
    return record;
  }

  /** Goes over a segment of which only the seal is left. */
  acceptSeal(line: Line, key: KeyObject): AuditRecord | AuditFault {
    const next = this.seq + 1;
    const parsed = line.ended ? parseLine(line.bytes) : undefined;
    const record = readRecord(line.bytes);
    if (!parsed || !record || parsed.actual !== parsed.hash || record.action !== logActions.seal)
      return this.fault('changed', next, 'the seal of an expired segment does not read');
    const { first, before, records } = record.details ?? {};
    if (first !== next || record.seq !== next + Number(records))
      return this.fault(
        'order',
        next,
        `the seal of records ${first} to ${record.seq} stands where ${next} belongs`,
      );
    if (before !== this.hash)
      return this.fault('link', next, 'the seal of an expired segment does not follow the segment before it');
    if (!isSignatureOf(key, 'record', record.hash, record.signature ?? ''))
      return this.fault('signature', record.seq, `the seal ${record.seq} is not signed with the log's key`);
    this.advance(record);
    return record;
  }

  fault(reason: FaultReason, seq: number, text: string): AuditFault {
    const place = this.segment > 0 ? { segment: this.segment } : {};
    const message = `${text[0]?.toUpperCase()}${text.slice(1)}.`;
    return { seq, ...place, reason, message };
  }

  #checkSigned(record: AuditRecord, key: KeyObject): AuditFault | undefined {
    const { action, seq, signature, details } = record;
    if (isSigned(action) !== (signature !== undefined))
      return this.fault(
        'signature',
        seq,
        `record ${seq} ${signature ? 'must have no' : 'has lost its'} signature`,
      );
    if (signature === undefined) return undefined;
    if (!isSignatureOf(key, 'record', record.hash, signature))
      return this.fault(
        'signature',
        seq,
        `checkpoint ${seq} is not signed with this key: a record after ${this.checkpoint?.seq ?? 0} was changed and ` +
          'its hashes were made anew, or the key is not the one of this log',
      );
    if (details?.['root'] !== this.tree.root() || details['records'] !== this.tree.size)
      return this.fault('root', seq, `checkpoint ${seq} was made over other records than those before it`);
    return undefined;
  }
}

export function isFault(result: AuditRecord | AuditFault): result is AuditFault {
  return 'reason' in result;
}
