// Proof that one record is in the log, for somebody who has the public key and nothing else: the record, a signed
// checkpoint, and the Merkle path between them (RFC 6962, section 2.1.1).
import type { KeyObject } from 'node:crypto';
import { AuditError } from './errors.js';
import type { AuditRecord } from './event.js';
import { recordsFile } from './files.js';
import { readLines } from './lines.js';
import { inclusionPath, rootFromPath } from './merkle.js';
import { chainEvent, isSigned, parseLine, readRecord } from './record.js';
import { openHead, searchAudit } from './search.js';
import { isSignatureOf } from './signing-key.js';

export interface InclusionProof {
  readonly record: AuditRecord;
  /** The next checkpoint or seal after it, with its signature. */
  readonly checkpoint: AuditRecord;
  /** Place of the record among the `records` of the checkpoint, from 0. */
  readonly index: number;
  /** Hashes from the leaf upwards. */
  readonly path: readonly string[];
}

/**
 * @throws AuditError `INVALID_ARGUMENT` when there is no record of that number, or no checkpoint after it yet.
 */
export async function proveRecord(folder: string, seq: number): Promise<InclusionProof> {
  const head = await openHead(folder);
  const segment = await segmentOf(folder, seq);
  const end = segment === head.segment ? head.bytes : Number.POSITIVE_INFINITY;
  const hashes: string[] = [];
  let record: AuditRecord | undefined;
  for await (const lines of readLines(recordsFile(folder, segment), { end }))
    for (const { bytes } of lines) {
      const found = readRecord(bytes);
      if (!found || !parseLine(bytes))
        throw new AuditError('AUDIT_DAMAGED', 'The audit log is damaged. Verify it.');
      if (record && isSigned(found.action))
        return {
          record,
          checkpoint: found,
          index: seq - found.seq + hashes.length,
          path: pathOf(hashes, seq, found),
        };
      if (found.seq === seq) record = found;
      hashes.push(found.hash);
    }
  throw new AuditError(
    'INVALID_ARGUMENT',
    `No checkpoint follows record ${seq} yet. Make one, or try again later.`,
  );
}

/** Whether a proof holds: the record is what was written, and the key's owner had it in the log. */
export function verifyProof(
  { record, checkpoint, index, path }: InclusionProof,
  publicKey: KeyObject,
): boolean {
  if (
    !isSigned(checkpoint.action) ||
    hashOf(record) !== record.hash ||
    hashOf(checkpoint) !== checkpoint.hash
  )
    return false;
  const { records, root } = checkpoint.details ?? {};
  return (
    isSignatureOf(publicKey, 'record', checkpoint.hash, checkpoint.signature ?? '') &&
    typeof records === 'number' &&
    rootFromPath(record.hash, index, records, path) === root
  );
}

function pathOf(hashes: readonly string[], seq: number, checkpoint: AuditRecord): string[] {
  return inclusionPath(hashes, seq - checkpoint.seq + hashes.length);
}

/** The hash that a record must have; undefined when there is more in it than a record has. */
function hashOf(record: AuditRecord): string | undefined {
  const { seq, time, previous, hash: _, signature = '', ...event } = record;
  const made = chainEvent(event, { seq, time, previous }, () => signature);
  const fields = Object.keys(JSON.parse(made.line) as object);
  return Object.keys(record).length === fields.length ? made.record.hash : undefined;
}

/** The segment is in its first record's details or found by its checkpoint: the next signed record names it. */
async function segmentOf(folder: string, seq: number): Promise<number> {
  if (!(Number.isSafeInteger(seq) && seq >= 1))
    throw new AuditError('INVALID_ARGUMENT', 'A record has a number from 1.');
  let there = false;
  for await (const record of searchAudit(folder, { after: seq - 1 })) {
    if (!there && record.seq !== seq) break;
    there = true;
    const segment = record.details?.['segment'];
    if (record.seq > seq && isSigned(record.action) && typeof segment === 'number') return segment;
  }
  throw new AuditError(
    'INVALID_ARGUMENT',
    there
      ? `No checkpoint follows record ${seq} yet. Make one, or try again later.`
      : `There is no record ${seq}, or its time is over.`,
  );
}
