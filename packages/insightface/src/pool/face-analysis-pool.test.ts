// The pool with the default pack, in real threads. Workers run the built files.
import { readFileSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaceAnalysis } from '../analysis/face-analysis.js';
import { decodeImage } from '../image/decode.js';
import { createImage } from '../image/image.js';
import { fetchDemoPhotos } from '../zoo/index.js';
import { temporaryHome } from '../zoo/testing/temporary-home.js';
import { FaceAnalysisPool } from './face-analysis-pool.js';

const photos = (await fetchDemoPhotos()).map(path => new Uint8Array(readFileSync(path)));
const [photo = new Uint8Array()] = photos;
const quiet = { onNotice: () => undefined };
/** No networks but the detector and five points: starts quickly. */
const small = { ...quiet, tasks: ['landmark'], workers: 1 } as const;
const blank = createImage(64, 48);

/** Threads in the order in which they were started. */
const threads: Worker[] = [];
const note = (thread: Worker) => threads.push(thread);
process.on('worker', note);
afterAll(() => process.off('worker', note));

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );
}

describe('answers', () => {
  let pool: FaceAnalysisPool;
  let app: FaceAnalysis;
  beforeAll(async () => {
    pool = await FaceAnalysisPool.create({ ...quiet, workers: 2 });
    app = await FaceAnalysis.create(quiet);
  });
  afterAll(() => Promise.all([pool.dispose(), app.dispose()]));

  it('are to the last bit those of each image alone, whatever came with it', async () => {
    const together = await Promise.all([...photos, ...photos].map(bytes => pool.analyze(bytes)));
    for (const [index, bytes] of photos.entries()) {
      const faces = await app.get(bytes);
      expect(faces.length).toBeGreaterThan(0);
      expect(together[index]?.faces).toEqual(faces);
      expect(together[index + photos.length]?.faces).toEqual(faces);
    }
  });

  it('tell size, times and recogniser, and give aligned faces whose embeddings are those of the photo', async () => {
    const answer = await pool.analyze(photo, { crops: 'png' });
    const image = await decodeImage(photo);
    expect(answer).toMatchObject({ width: image.width, height: image.height, recognizer: pool.recognizer });
    expect(answer.timings.decode).toBeGreaterThan(0);
    expect(answer.timings.embed).toBeGreaterThan(0);
    expect(answer.queueMs).toBeGreaterThanOrEqual(0);
    expect(answer.crops).toHaveLength(answer.faces.length);
    const embeddings = await pool.embedAligned(answer.crops ?? []);
    for (const [index, { normedEmbedding }] of answer.faces.entries()) {
      const embedding = embeddings[index] ?? new Float32Array();
      const norm = Math.hypot(...embedding);
      const cosine = embedding.reduce(
        (sum, value, at) => sum + (value / norm) * (normedEmbedding?.[at] ?? 0),
        0,
      );
      expect(cosine).toBeCloseTo(1, 6);
    }
    const [jpeg] = (await pool.analyze(photo, { crops: true })).crops ?? [];
    expect([...(jpeg ?? []).slice(0, 2)]).toEqual([0xff, 0xd8]);
  });

  it('hold only the fields of the tasks that were asked for', async () => {
    const [plain] = (await pool.analyze(photo, { tasks: ['detection'] })).faces;
    const [full] = (await pool.analyze(photo)).faces;
    expect(plain?.bbox).toEqual(full?.bbox);
    expect(plain?.kps).toEqual(full?.kps);
    expect(Object.keys(plain ?? {}).sort()).toEqual(['bbox', 'detScore', 'kps', 'pose', 'quality']);
    expect(full).toHaveProperty('normedEmbedding');
    expect(await codeOf(pool.analyze(photo, { tasks: ['liveness'] }))).toBe('INVALID_ARGUMENT');
  });

  it('of good images do not suffer from bad ones at the same time', async () => {
    const bad = [new Uint8Array(), photo.slice(0, 5000), Buffer.from('no picture')];
    const all = [photo, ...bad, photo, ...bad, photo];
    const results = await Promise.allSettled(all.map(bytes => pool.analyze(bytes, { tasks: ['detection'] })));
    expect(results.map(result => (result.status === 'fulfilled' ? 'ok' : result.reason.code))).toEqual([
      'ok',
      'IMAGE_INVALID',
      'IMAGE_INVALID',
      'IMAGE_UNSUPPORTED',
      'ok',
      'IMAGE_INVALID',
      'IMAGE_INVALID',
      'IMAGE_UNSUPPORTED',
      'ok',
    ]);
  });

  it('refuse what is outside its range, and go on', async () => {
    const wrong = [
      pool.analyze(null as unknown as Uint8Array),
      pool.analyze(photo, { detThresh: 2 }),
      pool.analyze(photo, { deadlineMs: -1 }),
      pool.analyze(photo, { priority: 'urgent' as 'normal' }),
      pool.analyze(photo, { crops: 'gif' as 'png' }),
      FaceAnalysisPool.create({ workers: 0 }),
      FaceAnalysisPool.create({ maxDelayMs: -1 }),
    ];
    expect(new Set(await Promise.all(wrong.map(codeOf)))).toEqual(new Set(['INVALID_ARGUMENT']));
    expect(await pool.analyze('absent.jpg').catch(error => error.code)).toBe('FILE_NOT_FOUND');
    expect((await pool.analyze(blank)).faces).toEqual([]);
  });

  it('leave the bytes of the caller whole', async () => {
    const bytes = new Uint8Array(photo.length + 100);
    bytes.set(photo, 100);
    const view = bytes.subarray(100);
    await pool.analyze(view, { tasks: ['detection'] });
    expect(Buffer.compare(view, photo)).toBe(0);
  });

  it('draw faces', async () => {
    const drawn = await decodeImage(await pool.draw(blank, [{ bbox: [10, 10, 40, 40] }]));
    expect(drawn).toMatchObject({ width: 64, height: 48 });
    expect(drawn.data.some(value => value > 0)).toBe(true);
  });

  it('come from an engine that reports nothing, as the process and not only JavaScript sees it', () => {
    const report = process.report.getReport() as { environmentVariables?: Record<string, string> };
    expect(report.environmentVariables?.['ORT_DISABLE_TELEMETRY']).toBe('1');
  });
});

describe('batches whose images the networks see at once', () => {
  it('give the same answers, and no bad image harms the others', async () => {
    const pool = await FaceAnalysisPool.create({ ...quiet, workers: 1, together: true, maxBatch: 8 });
    const app = await FaceAnalysis.create(quiet);
    // Sizes are learned, and a size of several images is tried before long.
    for (let round = 0; round < 3; round++) {
      const blanks = Array.from({ length: 10 }, () => pool.analyze(blank));
      const all = [...photos.slice(0, 3), new Uint8Array(9)].map(bytes => pool.analyze(bytes));
      const results = await Promise.allSettled([...all, ...blanks]);
      expect(results.map(({ status }) => status).filter(status => status === 'rejected')).toHaveLength(1);
      expect(results[3]).toMatchObject({ reason: { code: 'IMAGE_UNSUPPORTED' } });
      if (round > 0) continue;
      for (const [index, bytes] of photos.slice(0, 3).entries())
        expect(results[index]).toMatchObject({ value: { faces: await app.get(bytes) } });
    }
    await Promise.all([pool.dispose(), app.dispose()]);
  });
});

describe('the queue', () => {
  it('refuses what is too much at once, says when to come again, and answers the rest', async () => {
    const pool = await FaceAnalysisPool.create({ ...small, maxQueue: 4 });
    await pool.analyze(photo);
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => pool.analyze(photo)));
    const refused = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []));
    expect(refused).toHaveLength(6);
    for (const error of refused)
      expect(error).toMatchObject({
        code: 'BUSY',
        retryAfterMs: expect.any(Number),
        name: 'InsightFaceError',
      });
    expect(pool.stats()).toMatchObject({ busy: 6, done: 5, queued: 0, queuedBytes: 0, running: 0 });
    await pool.dispose();
  });

  it('refuses a deadline that cannot be met, and never runs what expired while it waited', async () => {
    const pool = await FaceAnalysisPool.create(small);
    // Nothing was measured yet, so that any deadline is taken.
    const first = Array.from({ length: 6 }, () => pool.analyze(photo));
    const late = codeOf(pool.analyze(photo, { deadlineMs: 1 }));
    expect(await late).toBe('DEADLINE_EXCEEDED');
    await Promise.all(first);
    const second = Array.from({ length: 6 }, () => pool.analyze(photo));
    expect(await codeOf(pool.analyze(photo, { deadlineMs: 2 }))).toBe('BUSY');
    expect(await codeOf(pool.analyze(blank, { deadlineMs: 60_000 }))).toBe('answered');
    await Promise.all(second);
    expect(pool.stats()).toMatchObject({ done: 13, expired: 1, busy: 1 });
    await pool.dispose();
  });

  it('lets the urgent pass and drops the aborted', async () => {
    const pool = await FaceAnalysisPool.create(small);
    const order: string[] = [];
    const controller = new AbortController();
    const ask = (name: string, options: Parameters<FaceAnalysisPool['analyze']>[1]) =>
      pool.analyze(photo, options).then(
        () => order.push(name),
        (error: { code: string }) => order.push(`${name} ${error.code}`),
      );
    const all = [
      ...Array.from({ length: 4 }, () => ask('background', { priority: 'background' })),
      ask('aborted', { signal: controller.signal }),
      ask('normal', {}),
      ask('interactive', { priority: 'interactive' }),
    ];
    controller.abort();
    await Promise.all(all);
    expect(order.slice(0, 3)).toEqual(['aborted ABORTED', 'interactive', 'normal']);
    expect(await codeOf(pool.analyze(photo, { signal: AbortSignal.abort() }))).toBe('ABORTED');
    // Work that runs already is dropped, too.
    const running = new AbortController();
    const dropped = codeOf(pool.analyze(photo, { signal: running.signal }));
    await new Promise(resolve => setTimeout(resolve, 5));
    running.abort();
    expect(await dropped).toBe('ABORTED');
    expect((await pool.analyze(blank)).faces).toEqual([]);
    await pool.dispose();
  });
});

describe('workers', () => {
  it('that die are replaced, and what they had is done by others', async () => {
    threads.length = 0;
    const pool = await FaceAnalysisPool.create({ ...small, workers: 2 });
    const all = Array.from({ length: 6 }, () => pool.analyze(photo));
    await new Promise(resolve => setTimeout(resolve, 5));
    await threads[0]?.terminate();
    for (const { faces } of await Promise.all(all)) expect(faces).toHaveLength(3);
    await expect
      .poll(() => pool.stats(), { timeout: 20_000 })
      .toMatchObject({ workers: 2, restarts: 1, lost: 0 });
    await pool.dispose();
  });

  it('that die twice over a request end it with WORKER_FAILED, and the pool recovers', async () => {
    threads.length = 0;
    const pool = await FaceAnalysisPool.create(small);
    const doomed = codeOf(pool.analyze(photo));
    for (const death of [1, 2]) {
      await expect.poll(() => pool.stats().running, { timeout: 20_000, interval: 1 }).toBe(1);
      await threads[death - 1]?.terminate();
    }
    expect(await doomed).toBe('WORKER_FAILED');
    expect((await pool.analyze(photo)).faces).toHaveLength(3);
    expect(pool.stats()).toMatchObject({ lost: 1, restarts: 2, workers: 1 });
    await pool.dispose();
  });

  it('that cannot be replaced let nobody wait, and when they can again, all goes on', async () => {
    threads.length = 0;
    const pool = await FaceAnalysisPool.create({ ...small, offline: true });
    // Workers that start from here on find no pack.
    const home = await temporaryHome();
    await threads[0]?.terminate();
    expect(await codeOf(pool.analyze(photo))).toBe('WORKER_FAILED');
    expect(await codeOf(pool.analyze(photo))).toBe('WORKER_FAILED');
    expect(threads.length).toBeLessThan(6);
    await home.restore();
    await expect.poll(() => pool.stats().workers, { timeout: 30_000 }).toBe(1);
    expect((await pool.analyze(photo)).faces).toHaveLength(3);
    await pool.dispose();
  });

  it('that cannot start fail the creation with their own reason', async () => {
    expect(await codeOf(FaceAnalysisPool.create({ ...quiet, pack: 'no-such-pack' }))).toBe('PACK_INVALID');
    expect(await codeOf(FaceAnalysisPool.create({ ...small, signal: AbortSignal.timeout(1) }))).toBe(
      'ABORTED',
    );
  });
});

describe('reload and dispose', () => {
  it('changes what is loaded under load, and no request fails', async () => {
    const pool = await FaceAnalysisPool.create({ ...small, workers: 1 });
    let stop = false;
    let answered = 0;
    const clients = Array.from({ length: 4 }, async () => {
      while (!stop) {
        await pool.analyze(photo, { tasks: ['landmark'] });
        answered++;
      }
    });
    await pool.reload({ tasks: ['landmark', 'recognition'] });
    const before = answered;
    expect((await pool.analyze(photo)).faces[0]).toHaveProperty('normedEmbedding');
    await expect.poll(() => answered).toBeGreaterThan(before + 3);
    expect(await codeOf(pool.reload({ pack: 'no-such-pack' }))).toBe('PACK_INVALID');
    stop = true;
    await Promise.all(clients);
    expect(pool.recognizer?.name).toBe('fr_feature');
    expect(pool.stats()).toMatchObject({ failed: 0, lost: 0, workers: 1, reloads: 1 });
    await pool.dispose();
  });

  it('answers or refuses every request', async () => {
    const pool = await FaceAnalysisPool.create(small);
    const all = Array.from({ length: 8 }, () => codeOf(pool.analyze(photo)));
    await new Promise(resolve => setTimeout(resolve, 5));
    await Promise.all([pool.dispose(), pool.dispose()]);
    const codes = await Promise.all(all);
    expect(new Set(codes)).toEqual(new Set(['answered', 'DISPOSED']));
    expect(await codeOf(pool.analyze(photo))).toBe('DISPOSED');
    expect(await codeOf(pool.reload())).toBe('DISPOSED');
  });
});
