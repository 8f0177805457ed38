// What may be recorded. The schema keeps personal data out: a subject is a pseudonym, texts are short, and there is no
// place for an embedding (512 numbers of a byte take 684 characters; a text has at most 256).
import { AuditError } from './errors.js';

const outcomes = ['accepted', 'rejected', 'done', 'failed', 'denied'] as const;

/** How it ended: a decision for or against, a change that was made or failed, or a request that was refused. */
export type AuditOutcome = (typeof outcomes)[number];

/** One thing that happened. */
export interface AuditEvent {
  /** What: lower case words with dots, such as `verify` or `key.create`, at most 64 characters. `log.` is the log's own. */
  readonly action: string;
  /** Who: the id of a key, or `system`. At most 128 characters. */
  readonly actor: string;
  /** At most 128 characters. */
  readonly tenant?: string;
  /** About whom: what `subjectReference` makes, never a name. */
  readonly subject?: string;
  /** The recogniser's name or fingerprint. At most 256 characters. */
  readonly model?: string;
  /** The cosine from which on a face is accepted. */
  readonly threshold?: number;
  /** The cosine that was found. */
  readonly score?: number;
  readonly outcome: AuditOutcome;
  /** At most 128 characters. */
  readonly requestId?: string;
  /** At most 16 more values; texts of at most 256 characters. Nothing personal. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** An event as the log keeps it. */
export interface AuditRecord extends AuditEvent {
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** ISO 8601 in UTC; never earlier than the record before. */
  readonly time: string;
  /** Hash of the record before; of the first, 64 zeros. */
  readonly previous: string;
  /** SHA-256 over `previous` and the record's canonical body, hexadecimal. */
  readonly hash: string;
  /** Ed25519 over the hash, base64; only checkpoints and seals have one. */
  readonly signature?: string;
}

const texts = { actor: 128, tenant: 128, model: 256, requestId: 128 } as const;
const known = new Set<string>([
  ...['action', 'actor', 'tenant', 'subject', 'model', 'threshold', 'score', 'outcome', 'requestId'],
  'details',
]);
const mostDetails = 16;
const longestDetail = 256;

/** @throws AuditError `INVALID_ARGUMENT` with what is wrong in it. */
export function checkEvent(event: AuditEvent): void {
  for (const key of Object.keys(event))
    if (!known.has(key)) throw refused(`has the unknown field ${JSON.stringify(key.slice(0, 64))}`);
  if (!/^[a-z][a-z0-9]*([.-][a-z0-9]+)*$/.test(event.action) || event.action.length > 64)
    throw refused('needs an action such as verify or key.create');
  if (event.action.startsWith('log.')) throw refused('has an action that begins with "log."');
  if (!outcomes.includes(event.outcome)) throw refused(`needs an outcome: ${outcomes.join(', ')}`);
  if (event.subject !== undefined && !/^ref_[0-9a-f]{32}$/.test(event.subject))
    throw refused('has a subject that subjectReference() did not make');
  for (const [key, longest] of Object.entries(texts)) {
    const value: unknown = event[key as keyof typeof texts];
    if (value === undefined && key !== 'actor') continue;
    if (typeof value !== 'string' || value.length === 0 || value.length > longest)
      throw refused(`needs 1 to ${longest} characters as ${key}`);
  }
  for (const key of ['threshold', 'score'] as const)
    if (event[key] !== undefined && !Number.isFinite(event[key])) throw refused(`needs a number as ${key}`);
  if (event.details !== undefined) checkDetails(event.details);
}

function checkDetails(details: unknown): void {
  if (typeof details !== 'object' || details === null || Array.isArray(details))
    throw refused('needs an object as details');
  const entries: [string, unknown][] = Object.entries(details);
  if (entries.length > mostDetails) throw refused(`has more than ${mostDetails} details`);
  for (const [key, value] of entries) {
    if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(key))
      throw refused(`has a detail called ${JSON.stringify(key.slice(0, 64))}`);
    const fits =
      value === null ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value)) ||
      (typeof value === 'string' && value.length <= longestDetail);
    if (!fits)
      throw refused(
        `has a detail ${key} that is no number, true, false, null or text of at most ${longestDetail} characters`,
      );
  }
}

function refused(what: string): AuditError {
  return new AuditError('INVALID_ARGUMENT', `The audit event ${what}. Correct the event.`);
}
