// A record as a line: canonical JSON (sorted keys, no spaces, numbers as ECMAScript writes them, as in RFC 8785), then
// the fields that chain it: `{...body,"previous":"...","hash":"..."}`, and `,"signature":"..."` in checkpoints and seals.
import { hash as digest } from 'node:crypto';
import type { AuditEvent, AuditRecord } from './event.js';

/** What stands before the first record. */
export const noHash = '0'.repeat(64);

/** Actions of the log itself. */
export const logActions = {
  started: 'log.started',
  recovered: 'log.recovered',
  checkpoint: 'log.checkpoint',
  seal: 'log.seal',
  expired: 'log.expired',
  anchor: 'log.anchor',
} as const;

/** A record of the log about itself. */
export function logEvent(
  action: (typeof logActions)[keyof typeof logActions],
  details: AuditEvent['details'] & object,
  outcome: AuditEvent['outcome'] = 'done',
): AuditEvent {
  return { action, actor: 'system', outcome, details };
}

/** Whether records of that action carry a signature. */
export function isSigned(action: string): boolean {
  return action === logActions.checkpoint || action === logActions.seal;
}

/** Chains an event to the record before; `sign` makes the signature of a hash where there is to be one. */
export function chainEvent(
  event: AuditEvent,
  place: Pick<AuditRecord, 'seq' | 'time' | 'previous'>,
  sign: (hash: string) => string,
): { readonly record: AuditRecord; readonly line: string } {
  const { seq, time, previous } = place;
  const body = canonicalBody(event, seq, time);
  const hash = digest('sha256', previous + body);
  const signature = isSigned(event.action) ? sign(hash) : undefined;
  const end = signature === undefined ? '"}' : `","signature":"${signature}"}`;
  return {
    record: { ...event, seq, time, previous, hash, ...(signature !== undefined && { signature }) },
    line: `${body.slice(0, -1)},"previous":"${previous}","hash":"${hash}${end}`,
  };
}

function canonicalBody(event: AuditEvent, seq: number, time: string): string {
  const { action, actor, details, model, outcome, requestId, score, subject, tenant, threshold } = event;
  const sorted = details && Object.fromEntries(Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1)));
  // JSON.stringify leaves out what is undefined.
  return JSON.stringify({
    action,
    actor,
    details: sorted,
    model,
    outcome,
    requestId,
    score,
    seq,
    subject,
    tenant,
    threshold,
    time,
  });
}

/** A line's parts, before anything in it is believed. */
export interface ParsedLine {
  readonly previous: string;
  readonly hash: string;
  readonly signature: string | undefined;
  /** SHA-256 of what the line says: a whole line's `hash` equals it. */
  readonly actual: string;
}

const ending =
  /,"previous":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"(?:,"signature":"([A-Za-z0-9+/]{86}==)")?\}$/;
const longestEnding = 300;
let scratch = Buffer.alloc(4096);

/** Reads a line byte by byte as it is, so that no two spellings of one record pass; undefined when it is no record. */
export function parseLine(line: Buffer): ParsedLine | undefined {
  const tail = line.toString('latin1', Math.max(0, line.length - longestEnding));
  const found = ending.exec(tail);
  if (!found) return undefined;
  const [end, previous = '', hash = '', signature] = found;
  const length = line.length - end.length;
  if (scratch.length < length + 65) scratch = Buffer.alloc(2 * length + 65);
  scratch.write(previous, 0, 'latin1');
  line.copy(scratch, 64, 0, length);
  scratch[64 + length] = 0x7d;
  return { previous, hash, signature, actual: digest('sha256', scratch.subarray(0, length + 65)) };
}

/** The record that a line holds, once its hash was found right; undefined when it is none. */
export function readRecord(line: Buffer): AuditRecord | undefined {
  try {
    const record = JSON.parse(line.toString()) as AuditRecord;
    return Number.isSafeInteger(record.seq) && typeof record.action === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}
