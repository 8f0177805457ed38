// Records for other programs: JSON lines as they are, or CSV (RFC 4180, with plain line ends).
import type { AuditRecord } from './event.js';
import { type AuditQuery, searchAudit } from './search.js';

const columns = [
  ...['seq', 'time', 'action', 'actor', 'tenant', 'subject', 'model', 'threshold', 'score', 'outcome'],
  ...['requestId', 'details', 'previous', 'hash', 'signature'],
] as const satisfies readonly (keyof AuditRecord)[];

/**
 * The records that fit a query as lines of text, each with its line end; CSV begins with a head.
 * @throws AuditError as `searchAudit` does.
 */
export async function* exportAudit(
  folder: string,
  query: AuditQuery = {},
  format: 'jsonl' | 'csv' = 'jsonl',
): AsyncGenerator<string> {
  if (format === 'csv') yield `${columns.join(',')}\n`;
  for await (const record of searchAudit(folder, query))
    yield format === 'csv'
      ? `${columns.map(column => csvCell(record[column])).join(',')}\n`
      : `${JSON.stringify(record)}\n`;
}

function csvCell(value: AuditRecord[keyof AuditRecord]): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  // A leading = + - @ would run as a formula in a spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
