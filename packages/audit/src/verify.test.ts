import { generateKeyPairSync } from 'node:crypto';
import { cp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type AuditEvent, AuditLog, verifyAudit } from './index.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const event: AuditEvent = { action: 'identify', actor: 'key-1', outcome: 'rejected' };
const newFolder = async () => join(await temporaryFolder(), 'audit');

async function fill(log: AuditLog, events: number): Promise<void> {
  await Promise.all(Array.from({ length: events }, () => log.append(event)));
}

it('a log is verified while it is written to', async () => {
  const folder = await newFolder();
  const log = await AuditLog.open(folder, { segmentRecords: 300, checkpointRecords: 50 });
  let writing = true;
  const writer = (async () => {
    while (writing) await fill(log, 20);
  })();
  for (let round = 0; round < 15; round++) expect(await verifyAudit(folder)).toMatchObject({ ok: true });
  writing = false;
  await writer;
  await log.close();
});

it('a log cut back to an earlier whole state is found by its anchor, and by nothing else', async () => {
  const folder = await newFolder();
  const anchor = `${folder}.anchors`;
  const log = await AuditLog.open(folder, { anchor });
  await fill(log, 30);
  await log.checkpoint();
  await cp(folder, `${folder}.earlier`, { recursive: true });
  await rm(join(`${folder}.earlier`, 'LOCK'));
  await fill(log, 30);
  await log.close();
  expect(await verifyAudit(folder, { anchor })).toMatchObject({ ok: true, anchors: 2 });
  expect(await verifyAudit(`${folder}.earlier`)).toMatchObject({ ok: true });
  const broken = await verifyAudit(`${folder}.earlier`, { anchor });
  expect(broken).toMatchObject({ ok: false, reason: 'anchor', seq: 33 });
});

it('a log written anew with another key is found by a safe copy of the public key, and by the anchor', async () => {
  const [folder, other] = [await newFolder(), await newFolder()];
  const anchor = `${folder}.anchors`;
  const log = await AuditLog.open(folder, { anchor });
  await fill(log, 5);
  await log.close();
  const forged = await AuditLog.open(other);
  await fill(forged, 5);
  await forged.close();
  const key = join(folder, 'public-key.pem');
  expect(await verifyAudit(other)).toMatchObject({ ok: true });
  expect(await verifyAudit(other, { publicKey: key })).toMatchObject({ ok: false, reason: 'signature' });
  expect(await verifyAudit(other, { anchor })).toMatchObject({ ok: false, reason: 'anchor' });
  await expect(verifyAudit(other, { publicKey: `${other}.key` })).rejects.toMatchObject({
    code: 'KEY_INVALID',
  });
});

it('no log, no key and no anchors are errors, not verdicts', async () => {
  const folder = await newFolder();
  await expect(verifyAudit(folder)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await (await AuditLog.open(folder)).close();
  await expect(verifyAudit(folder, { anchor: 'absent' })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await writeFile(`${folder}.txt`, 'hello\n');
  await expect(verifyAudit(folder, { anchor: `${folder}.txt` })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  const { publicKey } = generateKeyPairSync('x25519');
  await expect(verifyAudit(folder, { publicKey })).rejects.toMatchObject({ code: 'KEY_INVALID' });
});

it('a lock of a living process elsewhere is respected', async () => {
  const folder = await newFolder();
  await (await AuditLog.open(folder)).close();
  const lock = join(folder, 'LOCK');
  await writeFile(
    lock,
    JSON.stringify({ pid: 1, started: '', space: 'elsewhere', host: 'other', token: 't' }),
  );
  const renewing = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => undefined), 100);
  onTestFinished(() => clearInterval(renewing));
  await expect(AuditLog.open(folder)).rejects.toThrow(/process on other/);
});

/** A log of three days, a day a segment, with retention of one day. */
async function expiredLog(): Promise<string> {
  const folder = await newFolder();
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-01T10:00:00Z') });
  onTestFinished(() => void vi.useRealTimers());
  for (let day = 1; day <= 4; day++) {
    vi.setSystemTime(new Date(`2026-03-0${day}T10:00:00Z`));
    const log = await AuditLog.open(folder, { segmentRecords: 10, ...(day === 4 && { retentionDays: 1 }) });
    await fill(log, 12);
    await log.close();
  }
  return folder;
}

it('what is older than the retention goes, its seals stay, and the rest verifies', async () => {
  const folder = await expiredLog();
  const names = (await readdir(folder)).filter(name => name.startsWith('segment')).sort();
  expect(names.filter(name => name.endsWith('.seal')).length).toBeGreaterThan(1);
  const result = await verifyAudit(folder);
  expect(result).toMatchObject({ ok: true });
  const oldest = names.find(name => name.endsWith('.jsonl'));
  const [first = ''] = (await readFile(join(folder, oldest ?? ''), 'utf8')).split('\n');
  expect(result.ok && result.expiredThrough).toBe((JSON.parse(first) as { seq: number }).seq - 1);
  const log = await AuditLog.open(folder);
  await log.append(event);
  await log.close();
  expect(await verifyAudit(folder)).toMatchObject({ ok: true });
});

it('a seal of an expired segment that is changed, removed or exchanged is found', async () => {
  const folder = await expiredLog();
  const seals = (await readdir(folder)).filter(name => name.endsWith('.seal')).sort();
  const first = join(folder, seals[0] ?? '');
  const text = await readFile(first, 'utf8');
  await writeFile(first, text.replace(/"records":\d+/, '"records":99'));
  expect(await verifyAudit(folder)).toMatchObject({ ok: false, reason: 'changed', seq: 1 });
  await writeFile(first, await readFile(join(folder, seals[1] ?? '')));
  expect(await verifyAudit(folder)).toMatchObject({ ok: false, reason: 'order', seq: 1 });
  await rm(first);
  expect(await verifyAudit(folder)).toMatchObject({ ok: false, reason: 'missing', seq: 1 });
});

it('a segment made to look expired, though the log never let it go, is found', async () => {
  const folder = await newFolder();
  const log = await AuditLog.open(folder, { segmentRecords: 10 });
  for (let round = 0; round < 5; round++) await fill(log, 12);
  await log.close();
  const file = join(folder, 'segment-000001.jsonl');
  const seal = (await readFile(file, 'utf8')).trim().split('\n').at(-1);
  await writeFile(join(folder, 'segment-000001.seal'), `${seal}\n`);
  await rm(file);
  expect(await verifyAudit(folder)).toMatchObject({ ok: false, reason: 'missing', seq: 1 });
});
