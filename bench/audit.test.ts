import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { searchAudit, verifyAudit } from '@insightface-ts/audit';
import { expect, it, onTestFinished } from 'vitest';
import { damageTrials, makeLog } from './audit-damage.js';
import { killAuditWriters } from './audit-kills.js';
import { mulberry32 } from './random.js';

const child: [string, string] = [
  process.execPath,
  fileURLToPath(new URL('dist/audit-child.js', import.meta.url)),
];

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('damage of every kind to a log is found, every time and at the right record', async () => {
  const folder = await temporaryFolder();
  await makeLog(join(folder, 'audit'), 2000, join(folder, 'anchors.jsonl'));
  const result = await damageTrials(join(folder, 'audit'), 220, mulberry32(1));
  expect(result.failures).toEqual([]);
  expect(result).toMatchObject({ trials: 220, found: 220 });
  expect(result.located).toBe(result.placed);
});

it('kill -9 loses nothing that was acknowledged, and the chain verifies', async () => {
  const folder = join(await temporaryFolder(), 'audit');
  const result = await killAuditWriters(folder, 5, child, mulberry32(2));
  expect(result).toMatchObject({ lost: [], broken: [] });
  expect(result.acknowledged).toBeGreaterThan(50);
});

it('a full disk is a coded error, loses nothing acknowledged, and the log goes on when there is space', async () => {
  const folder = join(await temporaryFolder(), 'audit');
  const output = execFileSync(
    'bash',
    ['-c', 'ulimit -S -f 20; exec "$@"', 'bash', ...child, folder, 'full'],
    {
      encoding: 'utf8',
    },
  );
  const lines = output.trim().split('\n');
  expect(lines.pop()).toBe('codes WRITE_FAILED,WRITE_FAILED,WRITE_FAILED');
  expect(lines.length).toBeGreaterThan(30);
  expect(await verifyAudit(folder)).toMatchObject({ ok: true });
  const there = new Map<number, string>();
  for await (const { seq, hash } of searchAudit(folder)) there.set(seq, hash);
  expect(lines.filter(line => there.get(Number(line.split(' ')[0])) !== line.split(' ')[1])).toEqual([]);
});
