// The command in a process of its own: what it prints, how it stops, and what a sudden end leaves.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { verifyAudit } from '@insightface-ts/audit';
import { afterAll, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../testing/insightface.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'insightface-serve-'));
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Served {
  readonly url: string;
  readonly key: string | undefined;
  readonly child: ChildProcess;
  readonly ended: Promise<number | string | null>;
}

async function serve(data: string, ...more: string[]): Promise<Served> {
  const options = [
    '--port',
    '0',
    '--data',
    data,
    '--workers',
    '1',
    '--log-level',
    'silent',
    '--offline',
    ...more,
  ];
  const child = spawn(process.execPath, [command, 'serve', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const ended = new Promise<number | string | null>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  );
  let [url, key]: (string | undefined)[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    url ??= /serves at (\S+)/.exec(line)?.[1];
    key ??= /^ {2}(ifk_\S+)$/.exec(line)?.[1];
    if (line.startsWith('Ready')) break;
  }
  if (url === undefined) throw new Error(`the server did not start: ${await ended}`);
  return { url, key, child, ended };
}

async function ask(url: string, key: string, method = 'GET', body?: object) {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('insightface serve', () => {
  it('shows the first key once, loses nothing it acknowledged by kill -9, and stops in order', async () => {
    const data = join(folder, 'data');
    let server = await serve(data);
    const key = server.key ?? '';
    expect(key).toMatch(/^ifk_/);
    const acknowledged: string[] = [];
    let number = 0;
    for (let round = 0; round < 3; round++) {
      const { child, url, ended } = server;
      const enrolling = Array.from({ length: 4 }, async () => {
        for (;;) {
          const name = `Person ${number++}`;
          const answer = await ask(`${url}/v1/people`, key, 'POST', { name });
          if (answer.status === 201) acknowledged.push(name);
        }
      });
      const enough = acknowledged.length + 10 + round * 7;
      while (acknowledged.length < enough) await new Promise(resolve => setTimeout(resolve, 1));
      child.kill('SIGKILL');
      await Promise.allSettled(enrolling);
      expect(await ended).toBe('SIGKILL');
      server = await serve(data);
      expect(server.key).toBeUndefined();
      const { body } = await ask(`${server.url}/v1/people?limit=500`, key);
      const names = (body['people'] as { name: string }[]).map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(acknowledged));
      const { body: log } = await ask(`${server.url}/v1/audit?action=enrol&limit=1000`, key);
      expect((log['records'] as unknown[]).length).toBeGreaterThanOrEqual(acknowledged.length);
      expect((await ask(`${server.url}/v1/audit/state`, key)).body).toMatchObject({ ok: true });
    }
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(await verifyAudit(join(data, 'audit'))).toMatchObject({ ok: true });
  }, 180_000);
});
