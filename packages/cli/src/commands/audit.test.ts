import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog } from '@insightface-ts/audit';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addAudit } from './audit.js';

let data = '';
let output: string[] = [];
const anchor = () => join(data, 'anchors.jsonl');
const key = () => join(data, 'audit/public-key.pem');

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'insightface-audit-'));
  const log = await AuditLog.open(join(data, 'audit'), { anchor: anchor() });
  for (let index = 0; index < 20; index++)
    await log.append({ action: 'verify', actor: `key-${index % 2}`, outcome: 'accepted', score: 0.5 });
  await log.close();
});
afterAll(() => rm(data, { recursive: true }));
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation((text: string) => output.push(text));
  vi.spyOn(console, 'error').mockImplementation((text: string) => output.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(...args: string[]): Promise<string> {
  output = [];
  process.exitCode = undefined;
  const program = new Command().exitOverride();
  addAudit(program);
  await program.parseAsync(['node', 'insightface', 'audit', ...args]);
  return output.join('\n');
}

test('verify says that a whole log is whole', async () => {
  expect(await run('verify', '--data', data, '--public-key', key(), '--anchor', anchor())).toMatch(
    /^The log is whole: 22 records in 1 segment up to record 22\./,
  );
  expect(process.exitCode).toBeUndefined();
  expect(JSON.parse(await run('verify', '--data', data, '--json'))).toMatchObject({ ok: true, records: 22 });
});

test('verify ends with 3 and names the record when the log is not whole', async () => {
  const file = join(data, 'audit/segment-000001.jsonl');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace('"actor":"key-1"', '"actor":"key-2"'));
  try {
    expect(await run('verify', '--data', data)).toMatch(/NOT whole: record 3, segment 1 \[changed\]/);
    expect(process.exitCode).toBe(3);
    expect(JSON.parse(await run('verify', '--folder', join(data, 'audit'), '--json'))).toMatchObject({
      ok: false,
      seq: 3,
      reason: 'changed',
    });
    expect(process.exitCode).toBe(3);
  } finally {
    await writeFile(file, text);
  }
});

test('search filters, and goes on behind a record', async () => {
  const lines = (await run('search', '--data', data, '--actor', 'key-1', '--limit', '3', '--json')).split(
    '\n',
  );
  expect(lines.map(line => (JSON.parse(line) as { seq: number }).seq)).toEqual([3, 5, 7]);
  expect(await run('search', '--data', data, '--newest', '--after', '21', '--limit', '1')).toMatch(
    /^ *20 .*key-0/m,
  );
});

test('export writes files; a proof from it is checked with the public key alone', async () => {
  const csv = join(data, 'records.csv');
  expect(await run('export', '--data', data, '--format', 'csv', '--actor', 'key-0', '--out', csv)).toContain(
    '10 records',
  );
  expect((await readFile(csv, 'utf8')).trim().split('\n')).toHaveLength(11);
  const proof = join(data, 'proof.json');
  await run('export', '--data', data, '--proof', '5', '--out', proof);
  expect(await run('verify', '--proof', proof, '--public-key', key())).toContain('The proof holds: record 5');
  await writeFile(proof, (await readFile(proof, 'utf8')).replace('key-1', 'key-0'));
  expect(await run('verify', '--proof', proof, '--public-key', key())).toContain('does not hold');
  expect(process.exitCode).toBe(3);
});

test('no log is a coded error', async () => {
  await expect(run('verify', '--folder', join(data, 'absent'))).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});
