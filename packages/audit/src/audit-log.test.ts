import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { appendFile, chmod, copyFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type AuditEvent, AuditLog, type AuditRecord, verifyAudit } from './index.js';
import { temporaryFolder } from './testing/temporary-folder.js';

const event: AuditEvent = { action: 'verify', actor: 'key-1', outcome: 'accepted', score: 0.5 };
const newFolder = async () => join(await temporaryFolder(), 'audit');
const segment = (folder: string, number = 1) => join(folder, `segment-00000${number}.jsonl`);

async function all(log: AuditLog): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const record of log.search()) records.push(record);
  return records;
}

/** A closed log with so many events and a head that was copied before the last of them. */
async function closedLog(events: number): Promise<string> {
  const folder = await newFolder();
  const log = await AuditLog.open(folder);
  for (let index = 0; index < events; index++) await log.append({ ...event, requestId: `r${index}` });
  await log.close();
  return folder;
}

describe('records', () => {
  it('are chained as documented: SHA-256 over previous and body, checkpoints signed with Ed25519', async () => {
    const folder = await newFolder();
    const log = await AuditLog.open(folder);
    const record = await log.append({ ...event, details: { b: 1, a: '名' } });
    const checkpoint = await log.checkpoint();
    const lines = (await readFile(segment(folder), 'utf8')).trim().split('\n');
    let previous = '0'.repeat(64);
    for (const line of lines) {
      const { hash, previous: before } = JSON.parse(line) as AuditRecord;
      const body = `${line.slice(0, line.indexOf(',"previous":'))}}`;
      expect(before).toBe(previous);
      expect(createHash('sha256').update(previous).update(body).digest('hex')).toBe(hash);
      previous = hash;
    }
    expect(JSON.parse(lines[1]!)).toEqual(record);
    expect(lines[1]).toMatch(/^\{"action":"verify","actor":"key-1","details":\{"a":"名","b":1\},"outcome"/);
    const message = Buffer.from(`insightface-audit record 1\n${checkpoint.hash}`);
    const signature = Buffer.from(checkpoint.signature ?? '', 'base64');
    expect(verify(null, message, createPublicKey(log.publicKey), signature)).toBe(true);
    await log.close();
  });

  it('go to the disk together, in the order of the calls, each acknowledged with its own', async () => {
    const log = await AuditLog.open(await newFolder());
    const records = await Promise.all(
      Array.from({ length: 2500 }, (_, index) => log.append({ ...event, requestId: `r${index}` })),
    );
    expect(records.map(({ requestId }) => requestId)).toEqual(records.map((_, index) => `r${index}`));
    expect((await all(log)).filter(({ action }) => action === 'verify')).toEqual(records);
    await log.close();
    await expect(log.append(event)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('that do not fit the schema are refused and change nothing', async () => {
    const log = await AuditLog.open(await newFolder());
    const before = log.head().seq;
    await expect(log.append({ ...event, subject: 'Ada' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(log.head().seq).toBe(before);
    await log.close();
  });

  it('are continued over closing and opening and over segments', async () => {
    const folder = await newFolder();
    for (let round = 0; round < 4; round++) {
      const log = await AuditLog.open(folder, { segmentRecords: 5, checkpointRecords: 3 });
      for (let index = 0; index < 7; index++) await log.append(event);
      await log.close();
    }
    const result = await verifyAudit(folder);
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && result.segments).toBeGreaterThan(4);
  });
});

describe('opening', () => {
  it('cuts off what was never acknowledged, and records that', async () => {
    const folder = await closedLog(3);
    const lines = (await readFile(segment(folder), 'utf8')).split('\n');
    await appendFile(segment(folder), `${lines[1]}\n${lines[2]?.slice(0, 50)}`);
    expect(await verifyAudit(folder)).toMatchObject({ ok: false, reason: 'unfinished' });
    const log = await AuditLog.open(folder);
    const last = (await all(log)).at(-1);
    expect(last).toMatchObject({ action: 'log.recovered', details: { bytes: (lines[1]?.length ?? 0) + 51 } });
    await log.close();
    expect(await verifyAudit(folder)).toMatchObject({ ok: true });
  });

  it('refuses a log that lost or changed what was acknowledged, and leaves it as it is', async () => {
    const damages: [string, (folder: string) => Promise<void>][] = [
      ['cut', async folder => truncate(segment(folder), (await stat(segment(folder))).size - 20)],
      [
        'changed',
        async folder => {
          const text = await readFile(segment(folder), 'utf8');
          await writeFile(segment(folder), text.replace('"requestId":"r1"', '"requestId":"r9"'));
        },
      ],
      ['without HEAD', async folder => (await import('node:fs/promises')).rm(join(folder, 'HEAD'))],
      ['with another HEAD', async folder => writeFile(join(folder, 'HEAD'), 'x')],
    ];
    for (const [name, damage] of damages) {
      const folder = await closedLog(3);
      await damage(folder);
      const before = await readFile(segment(folder));
      await expect(AuditLog.open(folder), name).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
      expect(await readFile(segment(folder))).toEqual(before);
    }
  });

  it('refuses a second writer, and takes over from a dead one', async () => {
    const folder = await newFolder();
    const log = await AuditLog.open(folder);
    await expect(AuditLog.open(folder)).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });
    await log.close();
    const lock = await (await AuditLog.open(folder)).close().then(() => join(folder, 'LOCK'));
    const space = await AuditLog.open(folder);
    const holder = JSON.parse(await readFile(lock, 'utf8')) as object;
    await space.close();
    await writeFile(lock, JSON.stringify({ ...holder, pid: 2 ** 22 + 1 }));
    await (await AuditLog.open(folder)).close();
    // The same number, but a process that started at another time.
    await writeFile(lock, JSON.stringify({ ...holder, started: '1' }));
    await (await AuditLog.open(folder)).close();
  });

  it('refuses another key, a key that others may read, and a key or anchor in the folder', async () => {
    const folder = await closedLog(1);
    const { privateKey } = generateKeyPairSync('ed25519');
    await expect(AuditLog.open(folder, { signingKey: privateKey })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    const rsa = generateKeyPairSync('x25519').privateKey;
    await expect(AuditLog.open(folder, { signingKey: rsa })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    for (const options of [{ signingKey: join(folder, 'key') }, { anchor: join(folder, 'anchors') }])
      await expect(AuditLog.open(folder, options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await stat(`${folder}.key`)).mode & 0o777).toBe(0o600);
    await chmod(`${folder}.key`, 0o644);
    await expect(AuditLog.open(folder)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('takes the key from the file that the environment names', async () => {
    const folder = await newFolder();
    vi.stubEnv('INSIGHTFACE_AUDIT_KEY', `${folder}-elsewhere.pem`);
    onTestFinished(() => void vi.unstubAllEnvs());
    await (await AuditLog.open(folder)).close();
    expect(await readFile(`${folder}-elsewhere.pem`, 'utf8')).toContain('PRIVATE KEY');
    await expect(stat(`${folder}.key`)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('refuses a log that its anchor knows to have gone further', async () => {
    const folder = await newFolder();
    const anchor = `${folder}.anchors`;
    const log = await AuditLog.open(folder, { anchor });
    await log.append(event);
    const head = join(folder, 'HEAD');
    await copyFile(head, `${folder}.old`);
    await log.append(event);
    await log.close();
    await copyFile(`${folder}.old`, head);
    await expect(AuditLog.open(folder, { anchor })).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
  });
});

describe('while it runs', () => {
  it('refuses to go on in a file that somebody else has written to', async () => {
    const folder = await newFolder();
    const log = await AuditLog.open(folder);
    await appendFile(segment(folder), 'x');
    await expect(log.append(event)).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' });
    await truncate(segment(folder), (await stat(segment(folder))).size - 1);
    await log.append(event);
    await log.close();
    expect(await verifyAudit(folder)).toMatchObject({ ok: true });
  });

  it('keeps records when the anchor cannot be reached, says so, and goes on when it can', async () => {
    let reachable = false;
    const anchors: number[] = [];
    const anchor = ({ seq }: { seq: number }) => {
      if (!reachable) throw new Error('unreachable');
      anchors.push(seq);
    };
    const log = await AuditLog.open(await newFolder(), { anchor });
    await log.append(event);
    await expect(log.checkpoint()).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(log.head().problems.join()).toContain('unreachable');
    reachable = true;
    const { seq } = await log.checkpoint();
    expect(anchors).toEqual([seq]);
    expect(log.head().problems).toEqual([]);
    expect((await all(log)).map(({ action }) => action)).toContain('log.anchor');
    await log.close();
  });
});
