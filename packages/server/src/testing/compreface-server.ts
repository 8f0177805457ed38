// A server with two subjects, and calls to its CompreFace routes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect } from 'vitest';
import { createKey } from '../access/key.js';
import type { Role } from '../access/roles.js';
import type { App } from '../routes/app.js';
import { createServer } from '../server.js';
import { formPayload } from './form-payload.js';
import { type TestPhotos, testPhotos } from './test-photos.js';

const base = '/api/v1';
export const nobodysId = '00000000-0000-4000-8000-000000000000';
export const admin = createKey();
export let app: App;
export let photos: TestPhotos;
/** Keys with one role each. */
export const keys = new Map<Role, string>();
/** Image ids by subject: Ada and Bea. */
export const images = new Map<string, string>();
/** Ada's, of another photo. */
export let embedding: number[] = [];
let folder = '';

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly key?: string | null;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly json?: unknown;
}

export async function call({ method = 'GET', url, key = admin, files, json }: Call) {
  const options: InjectOptions = { method, url: base + url };
  const form = files && formPayload(files);
  options.headers = { ...(key !== null && { 'x-api-key': key }), ...form?.headers };
  if (form) options.payload = form.payload;
  else if (json !== undefined) options.payload = json as NonNullable<InjectOptions['payload']>;
  return app.inject(options);
}

/** The body, when the status is the one expected. */
export async function answer(request: Call, status: number): Promise<unknown> {
  const response = await call(request);
  expect(`${response.statusCode} ${response.statusCode === status ? '' : response.body}`).toBe(`${status} `);
  return response.json();
}

export const post = (url: string, rest: Omit<Call, 'url' | 'method'> = {}): Call => ({
  method: 'POST',
  url,
  ...rest,
});

/** Starts the server before the tests of a file, and ends it after them. */
export function useCompreFaceServer(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compreface-'));
    photos = await testPhotos();
    app = await createServer({ data: folder, adminKey: admin, workers: 1, logLevel: false });
    for (const role of ['enrol', 'search', 'verify', 'audit'] as const) {
      const { body } = await app.inject({
        method: 'POST',
        url: '/v1/keys',
        headers: { 'x-api-key': admin },
        payload: { name: role, roles: [role] },
      });
      keys.set(role, (JSON.parse(body) as { key: string }).key);
    }
    for (const [subject, file] of Object.entries({ Ada: photos.ada, Bea: photos.bea })) {
      const saved = (await answer(
        post(`/recognition/faces?subject=${subject}`, { files: { file } }),
        201,
      )) as {
        image_id: string;
      };
      images.set(subject, saved.image_id);
    }
    const found = await answer(
      post('/detection/detect?face_plugins=calculator', { files: { file: photos.adaAgain } }),
      200,
    );
    embedding = (found as { result: { embedding: number[] }[] }).result[0]?.embedding ?? [];
  }, 120_000);

  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });
}
