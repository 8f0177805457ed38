// Verification: reads everything once and says what is wrong first. Memory does not grow with the log but for 200 bytes
// an anchor.
import type { KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type Anchor, readAnchors } from './anchor.js';
import { type AuditFault, Chain, isFault } from './chain.js';
import { AuditError, isSystemError } from './errors.js';
import type { AuditRecord } from './event.js';
import { listSegments, publicKeyFile, recordsFile, sealFile } from './files.js';
import { isHeadOf, readHead, type SignedHead } from './head.js';
import { readLines } from './lines.js';
import { isBeingWritten } from './lock.js';
import { logActions } from './record.js';
import { checkKey, keyFingerprint, readPublicKey } from './signing-key.js';

export interface VerifyOptions {
  /**
   * The public key, or a file with it, from a place that the log's keeper cannot change. Default: the copy in the log's
   * folder; who can exchange that one can also sign anew.
   */
  readonly publicKey?: string | KeyObject;
  /** The file of anchors. Without it, a log that was cut back to an earlier whole state looks whole. */
  readonly anchor?: string;
  readonly signal?: AbortSignal;
}

export interface AuditWhole {
  readonly ok: true;
  /** Records that were read. */
  readonly records: number;
  readonly head: Pick<SignedHead, 'seq' | 'hash' | 'time'>;
  /** Signed checkpoints and seals that were found right. */
  readonly checkpoints: number;
  readonly segments: number;
  /** The last record that is gone because its time was over; 0 for none. */
  readonly expiredThrough: number;
  /** How many anchors were compared. */
  readonly anchors: number;
  /** Fingerprint of the key. */
  readonly key: string;
}

export interface AuditBroken extends AuditFault {
  readonly ok: false;
}

/**
 * Looks for any record that was changed, removed, inserted, moved or cut off. The log may be in use meanwhile.
 * @throws AuditError `FILE_NOT_FOUND` when the folder holds no log or a file is not there, `KEY_INVALID`,
 * `INVALID_ARGUMENT` when the file of anchors does not read.
 */
export async function verifyAudit(
  folder: string,
  options: VerifyOptions = {},
): Promise<AuditWhole | AuditBroken> {
  for (let tries = 1; ; tries++) {
    const before = await readHead(folder);
    const result = await verifyOnce(folder, before, options);
    // While it is written to, files may be sealed, let go or closed in the middle of the reading.
    if (result.ok || tries === 3 || (await readHead(folder))?.seq === before?.seq) return result;
  }
}

async function verifyOnce(
  folder: string,
  head: SignedHead | null | undefined,
  options: VerifyOptions,
): Promise<AuditWhole | AuditBroken> {
  const segments = await listSegments(folder);
  if (head === undefined && segments.length === 0)
    throw new AuditError('FILE_NOT_FOUND', `${folder} holds no audit log. Name the folder of one.`);
  const { publicKey = publicKeyFile(folder) } = options;
  const key =
    typeof publicKey === 'string' ? await readPublicKey(publicKey) : checkKey(publicKey, 'public', 'The key');
  const signedHead = head && isHeadOf(key, head) ? head : undefined;
  const anchors = new Map<number, Anchor>();
  if (options.anchor !== undefined)
    for await (const anchor of readAnchors(options.anchor)) anchors.set(anchor.seq, anchor);
  const reader = new LogReader(folder, key, signedHead, anchors);
  for (const { number } of segments) {
    const fault = await reader.read(number, options.signal);
    if (fault) return { ok: false, ...fault };
  }
  const fault = await reader.finish();
  if (fault) return { ok: false, ...fault };
  const { seq, hash, time } = reader.chain;
  const { records, checkpoints, expiredThrough } = reader;
  const found = {
    records,
    head: { seq, hash, time },
    checkpoints,
    segments: segments.length,
    expiredThrough,
  };
  return { ok: true, ...found, anchors: anchors.size, key: keyFingerprint(key) };
}

class LogReader {
  readonly chain = new Chain();
  records = 0;
  checkpoints = 0;
  /** The last record of the segments of which only seals are left. */
  expiredThrough = 0;
  /** The last record that the log itself says was let go. */
  #letGo = 0;
  /** Whether there is more than HEAD counts. */
  #tail = false;
  readonly #folder: string;
  readonly #key: KeyObject;
  readonly #head: SignedHead | undefined;
  readonly #anchors: ReadonlyMap<number, Anchor>;

  constructor(
    folder: string,
    key: KeyObject,
    head: SignedHead | undefined,
    anchors: ReadonlyMap<number, Anchor>,
  ) {
    this.#folder = folder;
    this.#key = key;
    this.#head = head;
    this.#anchors = anchors;
  }

  /** Reads the next segment and says what is wrong in it. */
  async read(number: number, signal: AbortSignal | undefined): Promise<AuditFault | undefined> {
    const { chain } = this;
    if (number > (this.#head?.segment ?? number)) {
      this.#tail = true;
      return undefined;
    }
    const next = chain.seq + 1;
    if (number !== chain.segment + 1)
      return chain.fault('missing', next, `segment ${chain.segment + 1} with record ${next} is not there`);
    if (!chain.sealed)
      return chain.fault(
        'cut',
        next,
        `segment ${chain.segment} ends with record ${chain.seq}, without its seal`,
      );
    chain.beginSegment(number);
    try {
      if (existsSync(recordsFile(this.#folder, number))) return await this.#readRecords(number, signal);
    } catch (error) {
      // Its time was over in this moment.
      if (!isSystemError(error, 'ENOENT')) throw error;
    }
    for await (const [line, ...more] of readLines(sealFile(this.#folder, number))) {
      const result = line && chain.acceptSeal(line, this.#key);
      if (!result || isFault(result)) return result;
      if (more.length > 0)
        return chain.fault('order', result.seq, 'a line stands after the seal of its segment');
      this.checkpoints++;
      this.expiredThrough = result.seq;
      return undefined;
    }
    return chain.fault('missing', next, `segment ${number} with record ${next} is empty`);
  }

  /** What the whole must fulfil. */
  async finish(): Promise<AuditFault | undefined> {
    const { chain } = this;
    const next = chain.seq + 1;
    const head = this.#head;
    if (!head)
      return chain.fault(
        'head',
        chain.seq,
        'HEAD is not there, does not read, or is not signed with this key',
      );
    if (chain.seq < head.seq)
      return chain.fault('cut', next, `the log ends with record ${chain.seq}, ${head.seq} were acknowledged`);
    if (chain.hash !== head.hash)
      return chain.fault('head', chain.seq, `record ${chain.seq} is not the one that was acknowledged`);
    if (this.#tail && !(await isBeingWritten(this.#folder)))
      return chain.fault(
        'unfinished',
        next,
        `something stands after record ${chain.seq}, the last one acknowledged: a write that a crash cut off (opening ` +
          'the log removes it and records that), or lines that somebody added',
      );
    if (this.expiredThrough > this.#letGo)
      return chain.fault(
        'missing',
        this.#letGo + 1,
        `records up to ${this.expiredThrough} are gone, and the log does not say that their time was over`,
      );
    for (const { seq } of this.#anchors.values())
      if (seq > chain.seq)
        return chain.fault(
          'anchor',
          next,
          `the log ends with record ${chain.seq}, its anchor knows record ${seq}`,
        );
    return undefined;
  }

  async #readRecords(number: number, signal: AbortSignal | undefined): Promise<AuditFault | undefined> {
    const { chain } = this;
    const end = number === this.#head?.segment ? this.#head.bytes : Number.POSITIVE_INFINITY;
    for await (const lines of readLines(recordsFile(this.#folder, number))) {
      signal?.throwIfAborted();
      for (const line of lines) {
        if (line.offset >= end) {
          this.#tail = true;
          return undefined;
        }
        const result = chain.accept(line, this.#key);
        if (isFault(result)) return result;
        const fault = this.#take(result);
        if (fault) return fault;
      }
    }
    return undefined;
  }

  #take(record: AuditRecord): AuditFault | undefined {
    this.records++;
    if (record.signature !== undefined) this.checkpoints++;
    if (record.action === logActions.expired) this.#letGo = Number(record.details?.['through']);
    const anchor = this.#anchors.get(record.seq);
    if (anchor && (anchor.hash !== record.hash || anchor.signature !== record.signature))
      return this.chain.fault(
        'anchor',
        record.seq,
        `record ${record.seq} is not the one that its anchor knows`,
      );
    return undefined;
  }
}
