import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  type AuditOutcome,
  type AuditQuery,
  type AuditRecord,
  type AuditWhole,
  searchAudit,
  verifyAudit,
} from '@insightface-ts/audit';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { checkProofFile, writeAuditExport } from '../audit-export.js';
import { formatTable } from '../table.js';
import { print, visible, warn } from '../terminal.js';

interface PlaceOptions {
  readonly data: string;
  readonly folder?: string;
  readonly json?: boolean;
}

interface VerifyOptions extends PlaceOptions {
  readonly publicKey?: string;
  readonly anchor?: string;
  readonly proof?: string;
}

interface SearchOptions extends PlaceOptions {
  readonly from?: string;
  readonly to?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly tenant?: string;
  readonly subject?: string;
  readonly outcome?: AuditOutcome;
  readonly request?: string;
  readonly after?: number;
  readonly limit?: number;
  readonly newest?: boolean;
}

interface ExportOptions extends SearchOptions {
  readonly format: 'jsonl' | 'csv';
  readonly out?: string;
  readonly proof?: number;
}

/** What `audit verify` ends with when the log is not whole. */
const notWhole = 3;

export function addAudit(program: Command): void {
  const group = program.command('audit').description('verify, search and export the audit log of a server');
  const add = (name: string, description: string) =>
    group
      .command(name)
      .description(description)
      .option('--data <folder>', 'what serve was given as --data', join(homedir(), '.insightface'))
      .option('--folder <folder>', 'the log itself, instead of the folder audit in --data');

  add('verify', 'find any record that was changed, removed, inserted, moved or cut off')
    .option('--public-key <file>', 'a copy of the public key from a safe place (default: the one in the log)')
    .option('--anchor <file>', 'the file that checkpoints were copied to: finds a log that was cut back')
    .option('--proof <file>', 'check this proof of one record, by --public-key, instead of a log')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Exit codes: 0 the log is whole, 3 it is not (the message says at which record), 1 it could not be read.
The server may run meanwhile.

Examples:
  insightface audit verify --data /srv/faces
  insightface audit verify --folder /backup/audit --public-key audit-public-key.pem --anchor /mnt/other/anchors.jsonl
  insightface audit verify --proof record-5012.json --public-key audit-public-key.pem`,
    )
    .action(verify);
  addFilters(add('search', 'list records'))
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Examples:
  insightface audit search --data /srv/faces --newest --limit 20
  insightface audit search --action identify --outcome accepted --from 2026-05-01 --to 2026-06-01
  insightface audit search --actor 1f2e3d4c --after 5000 --json`,
    )
    .action(search);
  addFilters(add('export', 'write records as JSON lines or CSV, or the proof of one record'))
    .addOption(new Option('--format <format>', 'of the records').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--out <file>', 'where to (default: standard output)')
    .option(
      '--proof <seq>',
      'a proof that this record is in the log: record, signed checkpoint, path',
      parseSeq,
    )
    .addHelpText(
      'after',
      `
Examples:
  insightface audit export --data /srv/faces --format csv --from 2026-05-01 --out may.csv
  insightface audit export --data /srv/faces --proof 5012 --out record-5012.json`,
    )
    .action(exportRecords);
}

function addFilters(command: Command): Command {
  return command
    .option('--from <time>', 'not earlier, such as 2026-05-01 or 2026-05-01T08:00:00Z')
    .option('--to <time>', 'earlier than this')
    .option('--action <action>', 'such as identify or key.create')
    .option('--actor <id>', 'id of a key')
    .option('--tenant <tenant>')
    .option('--subject <reference>', 'reference of a person: ref_...')
    .addOption(
      new Option('--outcome <outcome>').choices(['accepted', 'rejected', 'done', 'failed', 'denied']),
    )
    .option('--request <id>', 'id of a request')
    .option('--newest', 'newest first')
    .option('--after <seq>', 'go on behind this record', parseSeq)
    .option('--limit <n>', 'at most so many', parseSeq);
}

async function verify(options: VerifyOptions): Promise<void> {
  if (options.proof !== undefined) return verifyProofFile(options.proof, options);
  const { publicKey, anchor } = options;
  const result = await verifyAudit(folderOf(options), {
    ...(publicKey !== undefined && { publicKey }),
    ...(anchor !== undefined && { anchor }),
  });
  if (!result.ok) process.exitCode = notWhole;
  if (options.json) print(JSON.stringify(result));
  else if (result.ok) {
    print(describeWhole(result));
    if (publicKey === undefined)
      print('The key is the one in the log: compare it, or give a safe copy as --public-key.');
    if (anchor === undefined) print('Without --anchor, a log cut back to an earlier state looks whole.');
  } else {
    const place = result.segment === undefined ? '' : `, segment ${result.segment}`;
    warn(`The log is NOT whole: record ${result.seq}${place} [${result.reason}]. ${visible(result.message)}`);
  }
}

async function verifyProofFile(file: string, { publicKey, json }: VerifyOptions): Promise<void> {
  const record = await checkProofFile(file, publicKey);
  if (!record) process.exitCode = notWhole;
  if (json) print(JSON.stringify({ ok: record !== undefined, record }));
  else if (record) print(`The proof holds: record ${describe(record)}`);
  else warn('The proof does not hold: the record is not what was written, or the key is another.');
}

async function search(options: SearchOptions): Promise<void> {
  const rows = [['seq', 'time', 'action', 'outcome', 'actor', 'tenant', 'subject', 'score', 'threshold']];
  for await (const record of searchAudit(folderOf(options), { limit: 100, ...queryOf(options) })) {
    if (options.json) print(JSON.stringify(record));
    else rows.push(cellsOf(record));
  }
  if (!options.json) print(formatTable(rows));
}

async function exportRecords(options: ExportOptions): Promise<void> {
  const written = await writeAuditExport(folderOf(options), queryOf(options), options);
  if (options.out !== undefined) warn(`Wrote ${written} to ${visible(options.out)}`);
}

function folderOf({ data, folder }: PlaceOptions): string {
  return folder ?? join(data, 'audit');
}

function queryOf(options: SearchOptions): AuditQuery {
  const { from, to, action, actor, tenant, subject, outcome, request, after, limit, newest } = options;
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(action !== undefined && { action }),
    ...(actor !== undefined && { actor }),
    ...(tenant !== undefined && { tenant }),
    ...(subject !== undefined && { subject }),
    ...(outcome !== undefined && { outcome }),
    ...(request !== undefined && { requestId: request }),
    ...(after !== undefined && { after }),
    ...(limit !== undefined && { limit }),
    ...(newest && { order: 'newest' as const }),
  };
}

function cellsOf(record: AuditRecord): string[] {
  const { seq, time, action, outcome, actor, tenant = '', subject = '', score, threshold } = record;
  return [
    ...[String(seq), time, action, outcome, actor, tenant, subject],
    score?.toFixed(4) ?? '',
    threshold?.toFixed(4) ?? '',
  ];
}

function describeWhole({ records, segments, checkpoints, key, head, expiredThrough }: AuditWhole): string {
  const inSegments = segments === 1 ? '1 segment' : `${segments} segments`;
  const before = expiredThrough > 0 ? `; records up to ${expiredThrough} have expired` : '';
  return [
    `The log is whole: ${records} records in ${inSegments} up to record ${head.seq}${before}.`,
    `Signatures by the key ${key}: ${checkpoints}, all right.`,
  ].join('\n');
}

function describe({ seq, time, action, outcome, actor }: AuditRecord): string {
  return `${seq}, ${time}: ${visible(action)} by ${visible(actor)}, ${outcome}.`;
}

function parseSeq(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}
