// A server that stops: every request has an answer, and nothing that was acknowledged is lost.
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createKey } from './access/key.js';
import { startServer } from './start.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { testPhotos } from './testing/test-photos.js';

const folder = temporaryFolder();
const adminKey = createKey();
const options = { host: '127.0.0.1', port: 0, workers: 1, logLevel: false, adminKey } as const;
const headers = { authorization: `Bearer ${adminKey}` };

describe('a running server', () => {
  it('answers or refuses all that is under way when it stops, and keeps what it acknowledged', async () => {
    const data = mkdtempSync(join(folder, 'stop-'));
    const server = await startServer({ ...options, data });
    const { ada } = await testPhotos();
    const enrol = async (index: number) => {
      const form = new FormData();
      form.set('name', `Person ${index}`);
      form.set('images', new Blob([Uint8Array.from(ada)]), 'ada.jpg');
      const answer = await fetch(`${server.url}/v1/people`, { method: 'POST', headers, body: form });
      await answer.arrayBuffer();
      return answer.status;
    };
    expect(await enrol(0)).toBe(201);
    const underWay = Array.from({ length: 24 }, (_, index) => enrol(index + 1).catch(() => 'refused'));
    await Promise.race(underWay);
    await server.stop();
    const answers = await Promise.all(underWay);
    const acknowledged = answers.filter(answer => answer === 201).length;
    for (const answer of answers) expect([201, 503, 'refused']).toContain(answer);
    expect(acknowledged).toBeGreaterThan(0);
    await expect(fetch(`${server.url}/v1/health`)).rejects.toThrow();

    const again = await startServer({ ...options, data });
    const listed = await fetch(`${again.url}/v1/people?limit=100`, { headers });
    const { people } = (await listed.json()) as { people: unknown[] };
    expect(people.length).toBeGreaterThanOrEqual(acknowledged + 1);
    const state = await fetch(`${again.url}/v1/audit/state`, { headers });
    expect(await state.json()).toMatchObject({ ok: true });
    await again.stop();
  });

  it('stops working for a client that went away', async () => {
    const server = await startServer({ ...options, data: mkdtempSync(join(folder, 'gone-')) });
    const { ada } = await testPhotos();
    const controller = new AbortController();
    const asked = Array.from({ length: 40 }, () =>
      fetch(`${server.url}/v1/detect`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ image: ada.toString('base64') }),
        signal: controller.signal,
      }).catch(() => undefined),
    );
    const { pool } = server.app.services;
    while (pool.stats().queued < 10) await new Promise(resolve => setTimeout(resolve, 2));
    controller.abort();
    await Promise.all(asked);
    const waiting = () => pool.stats().queued + pool.stats().running;
    while (waiting() > 0) await new Promise(resolve => setTimeout(resolve, 2));
    // Those that waited were dropped; what a worker had begun was not.
    expect(pool.stats().aborted).toBeGreaterThanOrEqual(10);
    expect(pool.stats().done).toBeLessThan(30);
    await server.stop();
  });

  it('does not wait for connections that were opened in advance', async () => {
    const server = await startServer({ ...options, data: mkdtempSync(join(folder, 'idle-')) });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    await fetch(`${server.url}/v1/health`);
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    const begun = Date.now();
    await server.stop();
    await ended;
    expect(Date.now() - begun).toBeLessThan(5000);
  });

  it('says what to do when the port is taken or the folder is in use', async () => {
    const data = mkdtempSync(join(folder, 'taken-'));
    const server = await startServer({ ...options, data });
    await expect(startServer({ ...options, data })).rejects.toThrow(/Another server uses the folder/);
    const port = Number(new URL(server.url).port);
    const other = startServer({ ...options, data: mkdtempSync(join(folder, 'other-')), port });
    await expect(other).rejects.toThrow(/is taken.*--port/);
    await server.stop();
  });
});
