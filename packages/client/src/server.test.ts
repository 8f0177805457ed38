// The types are those of the server, and the client works with the real one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from '@insightface-ts/server';
import { createImage, encodeJpeg } from 'insightface-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, form, type InsightFaceClient } from './client.js';
import { type OpenApi, openApiTypes } from './testing/openapi-types.js';

let folder = '';
let app: Awaited<ReturnType<typeof createServer>>;
let client: InsightFaceClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-'));
  const key = `ifk_${'k'.repeat(43)}`;
  app = await createServer({ data: folder, adminKey: key, workers: 1, logLevel: false });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  client = createClient({ url, key });
});

afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

it('generated.ts is what the server’s OpenAPI document makes (renew with --update)', async () => {
  const { body } = await app.inject('/openapi.json');
  await expect(openApiTypes(JSON.parse(body) as OpenApi)).toMatchFileSnapshot('./generated.ts');
});

it('speaks with the server', async () => {
  expect(await client.request('GET /v1/health')).toMatchObject({ status: 'ok' });
  const { person } = await client.request('POST /v1/people', { body: { name: 'Ada' } });
  expect(person).toMatchObject({ name: 'Ada', templates: 0 });
  const { people } = await client.request('GET /v1/people', { query: { limit: 10 } });
  expect(people.map(({ name }) => name)).toEqual(['Ada']);
  expect(await client.request('DELETE /v1/people/{id}', { path: { id: person.id } })).toBeUndefined();
});

it('sends pictures and receives refusals', async () => {
  const image = new Blob([Uint8Array.from(await encodeJpeg(createImage(200, 100)))]);
  const { image: size, faces } = await client.request('POST /v1/detect', { body: form({ image }) });
  expect([size, faces]).toEqual([{ width: 200, height: 100 }, []]);
  const refused = client.request('POST /v1/detect', { body: form({ image: new Uint8Array([1, 2, 3]) }) });
  await expect(refused).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED', status: 422 });
});
