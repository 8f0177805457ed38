import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  AuditLog,
  type AuditQuery,
  type AuditRecord,
  exportAudit,
  proveRecord,
  readPublicKey,
  searchAudit,
  verifyProof,
} from './index.js';

let folder = '';
const records: AuditRecord[] = [];

/** 4,000 records in eight segments over 40 days, and all of them in memory. */
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'insightface-audit-')), 'audit');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T00:00:00Z') });
  const log = await AuditLog.open(folder, { segmentRecords: 500, checkpointRecords: 100 });
  for (let day = 0; day < 40; day++) {
    vi.setSystemTime(new Date(Date.UTC(2026, 0, 1 + day, 12)));
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        log.append({
          action: index % 4 === 0 ? 'enroll' : 'identify',
          actor: `key-${index % 5}`,
          tenant: index % 2 === 0 ? 'north' : 'south',
          subject: `ref_${String(index % 10).padStart(32, '0')}`,
          outcome: index % 3 === 0 ? 'accepted' : 'rejected',
          requestId: `=request "${day}-${index}"`,
          ...(index % 7 === 0 && { details: { note: '"actor":"key-9"' } }),
        }),
      ),
    );
  }
  await log.close();
  vi.useRealTimers();
  for await (const record of searchAudit(folder)) records.push(record);
});
afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }));

async function seqs(query: AuditQuery): Promise<number[]> {
  const found: number[] = [];
  for await (const { seq } of searchAudit(folder, query)) found.push(seq);
  return found;
}

/** The slow and obvious way. */
function plain(query: AuditQuery): number[] {
  const found = records.filter(
    record =>
      (['action', 'actor', 'tenant', 'subject', 'outcome', 'requestId'] as const).every(
        field => query[field] === undefined || record[field] === query[field],
      ) &&
      (query.from === undefined || Date.parse(record.time) >= new Date(query.from).getTime()) &&
      (query.to === undefined || Date.parse(record.time) < new Date(query.to).getTime()),
  );
  if (query.order === 'newest') found.reverse();
  const { after } = query;
  return found
    .filter(({ seq }) => after === undefined || (query.order === 'newest' ? seq < after : seq > after))
    .slice(0, query.limit)
    .map(({ seq }) => seq);
}

it('there is every record, without gaps', () => {
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1));
  expect(records.length).toBeGreaterThan(4000);
});

describe.each<'oldest' | 'newest'>(['oldest', 'newest'])('%s first', order => {
  it.each<AuditQuery>([
    {},
    { actor: 'key-3' },
    { actor: 'key-9' },
    { action: 'enroll', tenant: 'north', outcome: 'accepted' },
    { subject: `ref_${'7'.padStart(32, '0')}`, limit: 17 },
    { requestId: '=request "31-5"' },
    { from: '2026-01-10T12:00:00Z', to: '2026-01-12T12:00:00Z' },
    { from: '2026-02-01', actor: 'key-0' },
    { to: new Date('2026-01-01T12:00:00Z') },
    { from: '2030-01-01' },
    { after: 2345, limit: 5 },
    { after: 1 },
    { after: 100_000 },
    { after: 700, from: '2026-01-03', to: '2026-01-20', tenant: 'south', limit: 400 },
  ])('%j', async query => {
    expect(await seqs({ ...query, order })).toEqual(plain({ ...query, order }));
  });

  it('in pages gives the same as at once', async () => {
    const query = { actor: 'key-2', order };
    const paged: number[] = [];
    for (;;) {
      const after = paged.at(-1);
      const page = await seqs({ ...query, limit: 97, ...(after !== undefined && { after }) });
      if (page.length === 0) break;
      paged.push(...page);
    }
    expect(paged).toEqual(plain(query));
  });
});

it('a query that cannot be answered is refused', async () => {
  for (const query of [{ from: 'yesterday' }, { limit: 0 }, { after: -1 }])
    await expect(seqs(query)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(searchAudit('absent').next()).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

it('an export gives records back as they are, and cells that no spreadsheet runs', async () => {
  const lines: string[] = [];
  for await (const line of exportAudit(folder, { actor: 'key-0', limit: 20 })) lines.push(line);
  expect(lines.map(line => JSON.parse(line))).toEqual(
    records.filter(({ actor }) => actor === 'key-0').slice(0, 20),
  );
  let csv = '';
  for await (const line of exportAudit(folder, { actor: 'key-0', limit: 1 }, 'csv')) csv += line;
  const [head, row] = csv.trim().split('\n');
  expect(head).toMatch(/^seq,time,action,actor,/);
  expect(row).toContain(`,"'=request ""0-0""",`);
});

it('a proof convinces who has the public key, and nobody of anything else', async () => {
  const key = await readPublicKey(join(folder, 'public-key.pem'));
  for (const seq of [1, 2, 99, 500, 501, 2345, records.length - 1]) {
    const proof = await proveRecord(folder, seq);
    expect(proof.record).toEqual(records[seq - 1]);
    expect(JSON.stringify(proof).length).toBeLessThan(4000);
    expect(verifyProof(JSON.parse(JSON.stringify(proof)), key)).toBe(true);
    const { record, checkpoint, index, path } = proof;
    const lies = [
      { ...proof, record: { ...record, actor: 'key-8' } },
      { ...proof, record: { ...record, name: 'Ada' } },
      { ...proof, record: records[seq] as AuditRecord },
      { ...proof, index: index + 1 },
      { ...proof, path: path.slice(1) },
      { ...proof, checkpoint: { ...checkpoint, details: { ...checkpoint.details, records: 1 } } },
      { ...proof, checkpoint: record },
    ];
    expect(lies.map(lie => verifyProof(lie, key))).toEqual(lies.map(() => false));
  }
  await expect(proveRecord(folder, records.length)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(proveRecord(folder, 10 ** 6)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
