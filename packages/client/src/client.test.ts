// The client against a small server that answers what the test says.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, form } from './client.js';
import { InsightFaceClientError } from './error.js';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createHttpServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const busy = { error: { code: 'BUSY', message: 'Busy.' }, requestId: 'request-1' };

describe('createClient', () => {
  it('sends key, path, query and JSON', async () => {
    const seen: { url?: string; method?: string; key?: string; body?: string }[] = [];
    const url = await listen(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      seen.push({
        url: request.url ?? '',
        method: request.method ?? '',
        key: request.headers.authorization ?? '',
        body,
      });
      json(response, 200, { ok: true });
    });
    const client = createClient({ url: `${url}/`, key: 'ifk_test' });
    await client.request('GET /v1/people', { query: { limit: 3, search: 'a b' } });
    await client.request('PATCH /v1/people/{id}', { path: { id: 'a/b' }, body: { name: 'Ada' } });
    expect(seen).toEqual([
      { method: 'GET', url: '/v1/people?limit=3&search=a+b', key: 'Bearer ifk_test', body: '' },
      { method: 'PATCH', url: '/v1/people/a%2Fb', key: 'Bearer ifk_test', body: '{"name":"Ada"}' },
    ]);
  });

  it('throws the server’s error with its code', async () => {
    const body = {
      error: { code: 'NO_FACE', message: 'No face.', details: { face: 0 } },
      requestId: 'request-7',
    };
    const url = await listen((_, response) => json(response, 422, body));
    const failure = await createClient({ url, key: 'k' })
      .request('GET /v1/people')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InsightFaceClientError);
    expect(failure).toMatchObject({
      code: 'NO_FACE',
      message: 'No face.',
      status: 422,
      requestId: 'request-7',
      details: { face: 0 },
    });
  });

  it('asks a busy server again, as often as was said', async () => {
    let asked = 0;
    const url = await listen((_, response) => {
      asked++;
      if (asked < 3) json(response, 503, busy, { 'retry-after': '0' });
      else json(response, 200, { status: 'ok' });
    });
    await createClient({ url, key: 'k' }).request('GET /v1/health');
    expect(asked).toBe(3);
    asked = 0;
    const once = createClient({ url, key: 'k', retries: 1 }).request('GET /v1/health');
    await expect(once).rejects.toMatchObject({ code: 'BUSY', status: 503 });
    expect(asked).toBe(2);
  });

  it('does not ask again where the server does not say when', async () => {
    let asked = 0;
    const url = await listen((_, response) => {
      asked++;
      json(response, 503, busy);
    });
    await expect(createClient({ url, key: 'k' }).request('GET /v1/health')).rejects.toMatchObject({
      code: 'BUSY',
    });
    expect(asked).toBe(1);
  });

  it('waits no longer than was said, and stops when aborted', async () => {
    const url = await listen((_, response) => json(response, 503, busy, { 'retry-after': '3600' }));
    const start = performance.now();
    const short = createClient({ url, key: 'k', retries: 2, maxWaitMs: 20 });
    await expect(short.request('GET /v1/health')).rejects.toMatchObject({ code: 'BUSY' });
    expect(performance.now() - start).toBeLessThan(5000);
    const signal = AbortSignal.timeout(50);
    const aborted = createClient({ url, key: 'k' }).request('GET /v1/health', { signal });
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('tells when nobody answers, or somebody else', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:9', key: 'k' }).request('GET /v1/health');
    await expect(nobody).rejects.toMatchObject({ code: 'UNREACHABLE', status: 0 });
    const url = await listen((_, response) => response.writeHead(502).end('<html>'));
    const other = createClient({ url, key: 'k' }).request('GET /v1/health');
    await expect(other).rejects.toMatchObject({ code: 'BAD_ANSWER', status: 502 });
  });

  it('uses the fetch that it is given', async () => {
    const client = createClient({
      url: 'https://faces.test/base',
      key: 'k',
      fetch: async input => new Response(JSON.stringify({ asked: String(input) }), jsonHeaders),
    });
    expect(await client.request('GET /v1/health')).toEqual({ asked: 'https://faces.test/base/v1/health' });
  });
});

const jsonHeaders = { headers: { 'content-type': 'application/json' } };

describe('form', () => {
  it('makes fields of lists, files of bytes, and JSON of objects', () => {
    const data = form({
      images: [new Uint8Array([1]), new Blob(['x'])],
      name: 'Ada',
      metadata: { a: 1 },
      tags: undefined,
    });
    expect(data.getAll('images').map(item => item instanceof Blob && item.size)).toEqual([1, 1]);
    expect([...data.keys()]).toEqual(['images', 'images', 'name', 'metadata']);
    expect(data.get('metadata')).toBe('{"a":1}');
  });
});
