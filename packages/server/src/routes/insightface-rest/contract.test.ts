// Every route of InsightFace-REST: the documented shape and status, and its refusals.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, encode } from '@msgpack/msgpack';
import type { InjectOptions } from 'fastify';
import { alignFace, decodeImage, dot, encodePng, FaceAnalysis } from 'insightface-ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey } from '../../access/key.js';
import { createServer } from '../../server.js';
import { formPayload } from '../../testing/form-payload.js';
import { type TestPhotos, testPhotos } from '../../testing/test-photos.js';
import type { App } from '../app.js';

const admin = createKey();
let folder = '';
let app: App;
let photos: TestPhotos;
/** The face of `photos.ada`, found by the library itself. */
let ada: { bbox: readonly number[]; embedding: Float32Array; crop: Uint8Array };

const number = expect.any(Number);
const face = {
  bbox: [number, number, number, number],
  prob: number,
  size: number,
  num_det: 0,
  scale: number,
  norm: number,
  vec: expect.arrayContaining([number]),
  gender: null,
  age: null,
  mask: null,
  mask_probs: null,
};

function send(url: string, payload: unknown, headers: Record<string, string> = {}) {
  const options: InjectOptions = { method: 'POST', url, headers: { 'x-api-key': admin, ...headers } };
  options.payload = payload as NonNullable<InjectOptions['payload']>;
  return app.inject(options);
}

async function extract(body: unknown) {
  const response = await send('/extract', body);
  expect(response.statusCode).toBe(200);
  return response.json() as { data: { status: string; faces: (typeof face & { vec: number[] })[] }[] };
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'insightface-rest-'));
  photos = await testPhotos();
  const analysis = await FaceAnalysis.create({ onNotice: () => {} });
  const [found] = await analysis.get(photos.ada);
  const crop = await encodePng(alignFace(await decodeImage(photos.ada), found!.kps, 112));
  ada = { bbox: found!.bbox, embedding: found!.normedEmbedding!, crop };
  await analysis.dispose();
  app = await createServer({ data: folder, adminKey: admin, workers: 1, logLevel: false });
}, 120_000);

afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('POST /extract', () => {
  it('answers with the documented shape, for good pictures and bad ones', async () => {
    const data = [base64(photos.ada), base64(Buffer.from('no picture')), base64(photos.nobody)];
    expect(await extract({ images: { data } })).toEqual({
      took: { total_ms: number },
      data: [
        { status: 'ok', took_ms: number, faces: [face] },
        { status: 'failed', took_ms: 0, faces: [], traceback: expect.any(String) },
        { status: 'ok', took_ms: number, faces: [] },
      ],
    });
  });

  it('answers with what is asked for', async () => {
    const body = {
      images: { data: [base64(photos.ada)] },
      threshold: 0.5,
      return_face_data: true,
      return_landmarks: true,
      extract_embedding: false,
      extract_ga: true,
      detect_masks: true,
      verbose_timings: true,
      img_req_headers: {},
    };
    const point = [number, number];
    expect(await extract(body)).toEqual({
      took: { total_ms: number, read_imgs_ms: number, embed_all_ms: number },
      data: [
        {
          status: 'ok',
          took_ms: number,
          faces: [
            {
              ...face,
              norm: null,
              vec: null,
              gender: 0,
              age: number,
              landmarks: [point, point, point, point, point],
              facedata: expect.stringMatching(/^\/9j\//),
            },
          ],
        },
      ],
    });
  });

  it('finds what the library finds', async () => {
    const { data } = await extract({ images: { data: [base64(photos.ada)] } });
    const found = data[0]?.faces[0];
    for (const [index, value] of ada.bbox.entries())
      expect(Math.abs((found?.bbox[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(1);
    expect(dot(ada.embedding, Float32Array.from(found?.vec ?? []))).toBeGreaterThan(0.999);
  });

  it('keeps the largest faces, and those that are large enough', async () => {
    const two = { data: [base64(photos.two)] };
    const all = (await extract({ images: two })).data[0]?.faces.map(({ size }) => Number(size)) ?? [];
    expect(all).toHaveLength(2);
    const one = await extract({ images: two, limit_faces: 1 });
    expect(one.data[0]?.faces.map(({ size }) => size)).toEqual([Math.max(...all)]);
    const large = await extract({ images: two, min_face_size: Math.max(...all) });
    expect(large.data[0]?.faces.map(({ size }) => size)).toEqual([Math.max(...all)]);
  });

  it('embeds crops without detection', async () => {
    const body = { images: { data: [base64(ada.crop), base64(photos.ada)] }, embed_only: true };
    const answer = await extract(body);
    expect(answer).toEqual({
      took_ms: number,
      status: 'ok',
      data: [
        {
          status: 'ok',
          took_ms: 0,
          faces: [
            {
              status: 'ok',
              bbox: [0, 0, 112, 112],
              size: 112,
              prob: 1,
              norm: number,
              vec: expect.arrayContaining([number]),
              gender: null,
              age: null,
              mask: null,
              mask_probs: null,
            },
          ],
        },
        // Not 112x112.
        { status: 'failed', took_ms: 0, faces: [], traceback: expect.any(String) },
      ],
    });
    expect(dot(ada.embedding, Float32Array.from(answer.data[0]?.faces[0]?.vec ?? []))).toBeGreaterThan(0.99);
  });

  it('speaks msgpack both ways', async () => {
    const packed = Buffer.from(encode({ images: { data: [photos.ada] }, msgpack: true }));
    const response = await send('/extract', packed, { 'content-type': 'application/msgpack' });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/x-msgpack');
    expect(decode(response.rawPayload)).toEqual({
      took: { total_ms: number },
      data: [{ status: 'ok', took_ms: number, faces: [face] }],
    });
    const json = { images: { data: [base64(photos.ada)] } };
    const accepted = await send('/extract', json, { accept: 'application/x-msgpack' });
    expect(accepted.headers['content-type']).toBe('application/x-msgpack');
    const crops = Buffer.from(encode({ images: { data: [ada.crop] }, embed_only: true, msgpack: true }));
    const embedded = await send('/extract', crops, { 'content-type': 'application/msgpack' });
    expect(decode(embedded.rawPayload)).toMatchObject({ status: 'ok', data: [{ status: 'ok' }] });
  });

  it('reads no address that the operator did not allow', async () => {
    const urls = ['http://127.0.0.1:1/a.jpg', '/etc/passwd', '../../etc/passwd'];
    const { data } = await extract({ images: { urls } });
    expect(data.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
  });

  it.each([
    {},
    { images: {} },
    { images: { data: [{}] } },
    { images: { data: ['AAAA'] }, threshold: 'high' },
    [],
  ])('refuses %j', async body => {
    const response = await send('/extract', body);
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({ detail: expect.any(String) });
  });

  it.each([[0xc1], [0xdd, 0xff, 0xff, 0xff, 0xff], Array.from({ length: 5000 }, () => 0x91), [0x81, 0xa6]])(
    'refuses broken msgpack %#',
    async (...bytes) => {
      const response = await send('/extract', Buffer.from(bytes.flat()), {
        'content-type': 'application/msgpack',
      });
      expect(response.statusCode).toBe(422);
      expect(response.json()).toEqual({ detail: expect.any(String) });
    },
  );
});

describe('drawing', () => {
  it('POST /draw_detections gives a PNG of the first picture', async () => {
    const body = {
      images: { data: [base64(photos.two)] },
      draw_landmarks: false,
      draw_scores: true,
      limit_faces: 1,
    };
    const response = await send('/draw_detections', body);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('image/png');
    const { width, height } = await decodeImage(photos.two);
    expect(await decodeImage(response.rawPayload)).toMatchObject({ width, height });
  });

  it('POST /multipart/draw_detections gives a JPEG', async () => {
    const form = formPayload({
      file: photos.ada,
      threshold: '0.6',
      draw_sizes: 'false',
      use_rotation: 'true',
    });
    const response = await send('/multipart/draw_detections', form.payload, form.headers);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('image/jpg');
    expect([...response.rawPayload.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  it('refuses what is no picture', async () => {
    const json = await send('/draw_detections', { images: { data: [base64(Buffer.from('no picture'))] } });
    const form = formPayload({ file: Buffer.from('no picture') });
    const multipart = await send('/multipart/draw_detections', form.payload, form.headers);
    for (const response of [json, multipart]) {
      expect(response.statusCode).toBe(422);
      expect(response.json()).toEqual({ detail: expect.any(String) });
    }
  });
});

describe('service', () => {
  const get = (url: string) => app.inject({ url, headers: { 'x-api-key': admin } });

  it('GET /info names models and defaults', async () => {
    expect((await get('/info')).json()).toEqual({
      version: expect.any(String),
      tensorrt_version: null,
      log_level: 'NONE',
      models: {
        inference_backend: 'onnx',
        det_name: 'fr_detect',
        rec_name: 'fr_feature',
        ga_name: 'faceres',
        mask_detector: null,
      },
      defaults: expect.objectContaining({ extract_embedding: true, extract_ga: false, det_thresh: 0.65 }),
    });
  });

  it('GET /health runs the networks', async () => {
    const response = await get('/health');
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }]);
  });

  it('GET / leads to the documentation', async () => {
    const response = await get('/');
    expect([response.statusCode, response.headers.location]).toEqual([302, '/docs']);
  });

  it.each([
    ['POST', '/extract'],
    ['POST', '/draw_detections'],
    ['POST', '/multipart/draw_detections'],
    ['GET', '/info'],
    ['GET', '/health'],
  ] as const)('%s %s asks for a key', async (method, url) => {
    for (const headers of [{}, { 'x-api-key': createKey() }]) {
      const response = await app.inject({ method, url, headers });
      expect(response.statusCode).toBe(401);
      expect(response.json()).toEqual({ detail: expect.any(String) });
    }
  });
});
