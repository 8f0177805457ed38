// Search reads the segments' lines. Whole segments and parts of them are passed over by sequence and time, a line that
// cannot fit is not parsed, and no more than a chunk of lines is in memory.
import { stat } from 'node:fs/promises';
import { AuditError, isSystemError } from './errors.js';
import type { AuditOutcome, AuditRecord } from './event.js';
import { listSegments, recordsFile } from './files.js';
import { readHead, type SignedHead } from './head.js';
import { findOffset, type Line, readLines, readLinesBackwards } from './lines.js';
import { readRecord } from './record.js';

/** What to look for; fields that are absent fit everything. */
export interface AuditQuery {
  /** Not earlier than this. */
  readonly from?: Date | string;
  /** Earlier than this. */
  readonly to?: Date | string;
  readonly action?: string;
  readonly actor?: string;
  readonly tenant?: string;
  readonly subject?: string;
  readonly outcome?: AuditOutcome;
  readonly requestId?: string;
  /** `oldest` first (the default) or `newest` first. */
  readonly order?: 'oldest' | 'newest';
  /** Goes on behind the record with this `seq`, in the order that was chosen. */
  readonly after?: number;
  /** Stops after so many. */
  readonly limit?: number;
}

const textFields = ['action', 'actor', 'tenant', 'subject', 'outcome', 'requestId'] as const;
type Filter = (line: Line) => AuditRecord | undefined;

interface Range {
  readonly from: string;
  readonly to: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/**
 * The acknowledged records of a log that fit, also while a process writes to it. It does not verify them.
 * @throws AuditError `FILE_NOT_FOUND` when the folder holds no log, `INVALID_ARGUMENT`, `AUDIT_DAMAGED`.
 */
export async function* searchAudit(folder: string, query: AuditQuery = {}): AsyncGenerator<AuditRecord> {
  const range = rangeOf(query);
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  if (!(limit >= 1)) throw invalid('limit', 'a number from 1');
  const head = await openHead(folder);
  const filter = filterOf(query, range);
  const segments = (await listSegments(folder)).filter(
    ({ number, records }) => records && number <= head.segment,
  );
  const newest = query.order === 'newest';
  let found = 0;
  for (const { number } of newest ? segments.reverse() : segments)
    for await (const lines of linesOf(folder, number, head, range, newest))
      for (const line of lines) {
        const record = filter(line);
        if (!record) continue;
        yield record;
        if (++found >= limit) return;
      }
}

/** HEAD of a log that somebody else may be writing. @throws AuditError `FILE_NOT_FOUND`, `AUDIT_DAMAGED`. */
export async function openHead(folder: string): Promise<SignedHead> {
  const head = await readHead(folder);
  if (head === undefined)
    throw new AuditError('FILE_NOT_FOUND', `${folder} holds no audit log. Name the folder of one.`);
  if (head === null)
    throw new AuditError('AUDIT_DAMAGED', `HEAD of the audit log ${folder} does not read. Verify the log.`);
  return head;
}

async function* linesOf(
  folder: string,
  number: number,
  head: SignedHead,
  range: Range,
  newest: boolean,
): AsyncGenerator<Line[]> {
  const file = recordsFile(folder, number);
  try {
    const end = number === head.segment ? head.bytes : (await stat(file)).size;
    const start = await findOffset(file, end, line => isBefore(line, range));
    const stop = await findOffset(file, end, line => !isPast(line, range));
    if (newest) {
      // `stop` is at or before the first line that is past; up to there, and what follows within a chunk.
      for await (const lines of readLinesBackwards(file, start, await endAfter(file, stop, end, range)))
        yield lines;
    } else
      for await (const lines of readLines(file, { start, end })) {
        yield lines;
        const last = lines.at(-1);
        if (last && isPast(last.bytes, range)) return;
      }
  } catch (error) {
    // The segment's time was over while it was being looked for.
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}

/** The offset of the first line from `start` that is past the range, or the end. */
async function endAfter(file: string, start: number, end: number, range: Range): Promise<number> {
  for await (const lines of readLines(file, { start, end }))
    for (const { bytes, offset } of lines) if (isPast(bytes, range)) return offset;
  return end;
}

function isBefore(line: Buffer, { from, firstSeq }: Range): boolean {
  const record = readRecord(line);
  return record !== undefined && (record.seq < firstSeq || record.time < from);
}

function isPast(line: Buffer, { to, lastSeq }: Range): boolean {
  const record = readRecord(line);
  return record !== undefined && (record.seq > lastSeq || record.time >= to);
}

function filterOf(query: AuditQuery, range: Range): Filter {
  // What canonical JSON makes of a field must stand in the line.
  const needles = textFields.flatMap(field =>
    query[field] === undefined ? [] : [Buffer.from(`"${field}":${JSON.stringify(query[field])}`)],
  );
  return ({ bytes, ended }) => {
    if (!ended || needles.some(needle => !bytes.includes(needle))) return undefined;
    const record = readRecord(bytes);
    if (!record || textFields.some(field => query[field] !== undefined && record[field] !== query[field]))
      return undefined;
    const { seq, time } = record;
    const fits = seq >= range.firstSeq && seq <= range.lastSeq && time >= range.from && time < range.to;
    return fits ? record : undefined;
  };
}

function rangeOf({ from, to, after, order }: AuditQuery): Range {
  if (order !== undefined && order !== 'oldest' && order !== 'newest')
    throw invalid('order', 'oldest or newest');
  if (after !== undefined && !(Number.isSafeInteger(after) && after >= 0))
    throw invalid('after', 'the seq of a record');
  return {
    from: timeOf(from, 'from') ?? '',
    to: timeOf(to, 'to') ?? '~',
    firstSeq: order === 'newest' ? 0 : (after ?? 0) + 1,
    lastSeq: order === 'newest' && after !== undefined ? after - 1 : Number.MAX_SAFE_INTEGER,
  };
}

function timeOf(value: Date | string | undefined, name: string): string | undefined {
  if (value === undefined) return undefined;
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw invalid(name, 'a date such as 2026-05-01 or 2026-05-01T08:00:00Z');
  return date.toISOString();
}

function invalid(name: string, what: string): AuditError {
  return new AuditError('INVALID_ARGUMENT', `${name} must be ${what}.`);
}
