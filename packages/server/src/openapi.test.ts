// The document that clients are made from: complete, consistent, and true of the answers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.js';
import { TestServer } from './testing/test-server.js';

let server: TestServer;
// biome-ignore lint/suspicious/noExplicitAny: an OpenAPI document is read by its paths
let document: any;

beforeAll(async () => {
  server = await TestServer.start({ data: temporaryFolder() });
  document = (await server.json('GET', '/openapi.json', undefined, null)).body;
}, 120_000);

afterAll(() => server.close());

// biome-ignore lint/suspicious/noExplicitAny: see above
const operations = (): [string, any][] =>
  Object.entries(document.paths as Record<string, Record<string, object>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, object] => [`${method} ${path}`, operation]),
  );

describe('the OpenAPI document', () => {
  it('is of version 3.1 and describes every route of /v1', () => {
    expect(document.openapi).toBe('3.1.0');
    const described = operations().map(([name]) => name);
    for (const { method, url } of server.app.routeTable)
      if (url.startsWith('/v1') && method !== 'HEAD')
        expect(described).toContain(`${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });

  it('names every operation once, with a summary and its errors', () => {
    const own = operations().filter(([name]) => name.includes(' /v1/'));
    const ids = own.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, { operationId, summary, responses }] of own) {
      expect([name, typeof operationId, typeof summary]).toEqual([name, 'string', 'string']);
      expect(responses.default.content['application/json'].schema).toEqual({
        $ref: '#/components/schemas/Error',
      });
    }
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name ?? '',
    );
    expect(referred.length).toBeGreaterThan(20);
    for (const name of referred) expect(document.components.schemas).toHaveProperty(name);
    for (const name of ['Face', 'Person', 'Match', 'Job', 'Settings', 'Key', 'Error'])
      expect(document.components.schemas).toHaveProperty(name);
  });

  it('offers forms and JSON wherever a picture is taken', () => {
    const { content } = document.paths['/v1/detect'].post.requestBody;
    expect(content['multipart/form-data'].schema.properties.image).toEqual({
      type: 'string',
      format: 'binary',
    });
    expect(content['application/json'].schema.properties.image).toEqual({
      $ref: '#/components/schemas/ImageSource',
    });
  });
});

describe('answers', () => {
  it('carry a request id, the caller’s own if it is plain, and headers that keep browsers safe', async () => {
    const { headers, body } = await server.json('GET', '/v1/none', undefined, null);
    expect(body.requestId).toBe(headers['x-request-id']);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
    const request = (id: string) =>
      server.app
        .inject({ url: '/v1/health', headers: { 'x-request-id': id } })
        .then(answer => answer.headers);
    expect((await request('my-request-17'))['x-request-id']).toBe('my-request-17');
    expect((await request('bad id {}'))['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tell of health, readiness, models and figures', async () => {
    const ready = await server.json('GET', '/v1/ready', undefined, null);
    expect(ready.body).toEqual({
      status: 'ok',
      checks: { models: 'ok', store: 'ok', audit: 'ok', queue: 'ok' },
    });
    const models = await server.json('GET', '/v1/models');
    expect(models.body.recognizer.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(models.body.models.every((model: { licence: string }) => model.licence.length > 0)).toBe(true);
    const metrics = await server.json('GET', '/metrics');
    expect(metrics.body).toMatch(/insightface_http_request_seconds_count\{route="\/v1\/models"/);
    const system = await server.json('GET', '/v1/system');
    expect(system.body.pool.workers).toBe(1);
  });
});
