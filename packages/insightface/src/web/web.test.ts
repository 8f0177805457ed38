// The library in a real Chromium: the same faces as in Node, from packs behind an address, in the page and in a worker.
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaceAnalysis, fetchDemoPhotos, writeWebPack } from 'insightface-ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../testing/browser/bundle.js';
import { launchChromium } from '../testing/browser/chromium.js';
import { type PageServer, servePage } from '../testing/browser/serve.js';

const folder = mkdtempSync(join(tmpdir(), 'insightface-web-'));
const photos = await fetchDemoPhotos();
let browser: Browser;
let visitor: BrowserContext;
let server: PageServer;
let plain: PageServer;
let page: Page;

beforeAll(async () => {
  await writeWebPack('open', join(folder, 'pack'), { onNotice: () => undefined });
  await cp(join(folder, 'pack'), join(folder, 'damaged'), { recursive: true });
  await writeFile(join(folder, 'damaged/fr_landmark.onnx'), 'damaged');
  await bundlePage(fileURLToPath(new URL('testing', import.meta.url)), join(folder, 'page'), 'page.html');
  const folders = {
    '/': join(folder, 'page'),
    '/models/open/': join(folder, 'pack'),
    '/models/damaged/': join(folder, 'damaged'),
    '/photos/': join(photos[0] as string, '..'),
    '/ort/': fileURLToPath(new URL('../../../../node_modules/onnxruntime-web/dist', import.meta.url)),
  };
  server = await servePage(folders);
  plain = await servePage(folders, false);
  browser = await launchChromium();
  visitor = await browser.newContext();
  page = await open(server);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await plain?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open({ url }: PageServer): Promise<Page> {
  const opened = await visitor.newPage();
  opened.on('pageerror', error => console.error(error));
  await opened.goto(`${url}/page.html`);
  await opened.waitForFunction(() => 'insightface' in globalThis);
  return opened;
}

describe('the same photo has the same faces', async () => {
  const app = await FaceAnalysis.create();
  const expected = await app.get(photos);
  const { recognizer } = app;
  await app.dispose();

  it('in Node and in a worker of Chromium: boxes within a pixel, cosine at least 0.999', async () => {
    const found = await page.evaluate(
      async names => {
        const inWorker = await insightface.WorkerFaceAnalysis.create({ pack: '/models/open', threads: 1 });
        const faces = [];
        for (const name of names)
          faces.push(
            (await inWorker.get(`/photos/${name}`)).map(face => ({
              ...face,
              normedEmbedding: [...(face.normedEmbedding ?? [])],
            })),
          );
        const { recognizer } = inWorker;
        await inWorker.dispose();
        return { faces, fingerprint: recognizer?.fingerprint };
      },
      photos.map(photo => basename(photo)),
    );
    expect(found.fingerprint).toBe(recognizer?.fingerprint);
    let lowest = 1;
    let farthest = 0;
    for (const [index, faces] of expected.entries()) {
      const others = found.faces[index] ?? [];
      expect(others).toHaveLength(faces.length);
      for (const [at, face] of faces.entries()) {
        const other = others[at];
        if (!other) throw new Error('A face is missing.');
        for (const side of [0, 1, 2, 3] as const)
          farthest = Math.max(farthest, Math.abs(face.bbox[side] - other.bbox[side]));
        const cosine = (face.normedEmbedding ?? new Float32Array()).reduce(
          (sum, value, i) => sum + value * (other.normedEmbedding[i] ?? 0),
          0,
        );
        lowest = Math.min(lowest, cosine);
        expect(other.gender).toBe(face.gender);
        expect(Math.abs((other.age ?? 0) - (face.age ?? 0))).toBeLessThan(1);
        expect(Math.abs(other.quality - face.quality)).toBeLessThan(0.02);
      }
    }
    console.log(`lowest cosine ${lowest.toFixed(6)}, farthest side ${farthest.toFixed(3)} pixels`);
    expect(lowest).toBeGreaterThanOrEqual(0.999);
    expect(farthest).toBeLessThanOrEqual(1);
  }, 240_000);
});

describe('pictures', () => {
  it('of every kind a page has give the same pixels', async () => {
    const kinds = await page.evaluate(async () => {
      const url = '/photos/sample2.jpg';
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const blob = new Blob([bytes]);
      const element = new Image();
      element.src = url;
      await element.decode();
      const bitmap = await createImageBitmap(blob);
      const canvas = document.createElement('canvas');
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      const context = canvas.getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const pixels = context?.getImageData(0, 0, canvas.width, canvas.height) ?? new ImageData(1, 1);
      const inputs = { url, bytes, blob, element, bitmap, canvas, pixels };
      const answers: Record<string, string> = {};
      for (const [kind, input] of Object.entries(inputs)) {
        const { width, height, data } = await insightface.readImage(input);
        answers[kind] =
          `${width}x${height} ${data.reduce((sum, value, at) => (sum + value * (at % 251)) % 1e9, 0)}`;
      }
      return answers;
    });
    expect(Object.keys(kinds)).toHaveLength(7);
    expect(new Set(Object.values(kinds)).size, JSON.stringify(kinds)).toBe(1);
  });

  it('obey their EXIF orientation', async () => {
    const drawn = sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } });
    const jpeg = await drawn.jpeg().withMetadata({ orientation: 6 }).toBuffer();
    const size = await page.evaluate(
      async bytes => {
        const { width, height } = await insightface.readImage(new Uint8Array(bytes));
        return { width, height };
      },
      [...jpeg],
    );
    expect(size).toEqual({ width: 20, height: 40 });
  });

  it('that are none, or too large, or a program that draws, are coded errors', async () => {
    const codes = await page.evaluate(async () => {
      const code = (input: unknown, options?: object) =>
        insightface.readImage(input as Blob, options).then(
          () => 'read',
          error => error.code,
        );
      const svg = new Blob(['<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>']);
      return [
        await code(new Blob()),
        await code(svg),
        await code(new Uint8Array([0xff, 0xd8, 1, 2, 3])),
        await code('/photos/absent.jpg'),
        await code(42),
        await code('/photos/sample2.jpg', { maxPixels: 10 }),
        await code(document.createElement('video')),
      ];
    });
    expect(codes).toEqual([
      'IMAGE_INVALID',
      'IMAGE_UNSUPPORTED',
      'IMAGE_INVALID',
      'FILE_NOT_FOUND',
      'INVALID_ARGUMENT',
      'IMAGE_TOO_LARGE',
      'IMAGE_INVALID',
    ]);
  });
});

describe('packs', () => {
  it('are kept: the next visit fetches the manifest alone', async () => {
    server.requests.length = 0;
    const again = await open(server);
    await again.evaluate(async () => {
      const app = await insightface.WorkerFaceAnalysis.create({ pack: '/models/open/', threads: 1 });
      await app.dispose();
    });
    await again.close();
    expect(server.requests.filter(path => path.startsWith('/models/'))).toEqual([
      '/models/open/manifest.json',
    ]);
  });

  it('that are damaged, absent or no pack are coded errors', async () => {
    const codes = await page.evaluate(async () => {
      const code = (options: Parameters<typeof insightface.FaceAnalysis.create>[0]) =>
        insightface.FaceAnalysis.create({ threads: 1, ...options }).then(
          () => 'created',
          error => error.code,
        );
      return [
        await code({ pack: '/models/damaged/' }),
        await code({ pack: '/models/absent/' }),
        await code({ pack: '/models/open/', include: ['liveness'] }),
        await code({ pack: '/models/open/', signal: AbortSignal.abort() }),
      ];
    });
    expect(codes).toEqual(['CHECKSUM_MISMATCH', 'DOWNLOAD_FAILED', 'INVALID_ARGUMENT', 'ABORTED']);
  });
});

describe('devices and threads', () => {
  it('a device that is not there is an error', async () => {
    const errors = await page.evaluate(async () => {
      const code = (device: 'webgpu') =>
        insightface.FaceAnalysis.create({ pack: '/models/open/', device }).then(
          () => 'created',
          error => error.code,
        );
      return [await code('webgpu'), await code('cuda' as 'webgpu')];
    });
    expect(errors).toEqual(['RUNTIME_UNAVAILABLE', 'INVALID_ARGUMENT']);
  });

  it('a page that is not isolated runs on one thread, and says so', async () => {
    const other = await open(plain);
    const told = await other.evaluate(async () => {
      const notices: string[] = [];
      const app = await insightface.FaceAnalysis.create({
        pack: '/models/open/',
        tasks: ['landmark'],
        wasmPaths: '/ort/',
        onNotice: text => notices.push(text),
      });
      const faces = await app.get('/photos/sample1.jpg');
      const drawn = await app.draw('/photos/sample1.jpg', faces);
      await app.dispose();
      const after = await app.get('/photos/sample1.jpg').catch(error => error.code);
      return { notices, faces: faces.length, type: drawn.type, size: drawn.size, after };
    });
    await other.close();
    expect(told).toMatchObject({
      notices: [expect.stringContaining('Cross-Origin-Opener-Policy')],
      faces: 3,
      type: 'image/png',
      after: 'DISPOSED',
    });
    expect(told.size).toBeGreaterThan(100_000);
  });

  it('two threads give the faces of one, in a worker and in a page that says where the runtime is', async () => {
    const other = await open(server);
    const counts = await other.evaluate(async () => {
      const threads = 2;
      const pack = '/models/open/';
      const { FaceAnalysis, WorkerFaceAnalysis } = insightface;
      const refused = await FaceAnalysis.create({ pack, threads }).catch(error => error.code);
      const counts = [];
      for (const app of [
        await WorkerFaceAnalysis.create({ pack, threads }),
        await FaceAnalysis.create({ pack, threads, wasmPaths: '/ort' }),
      ])
        for await (const item of app.stream(['/photos/sample1.jpg', '/photos/absent.jpg']))
          counts.push('error' in item ? item.error.message : item.faces.length);
      return [refused, ...counts];
    });
    await other.close();
    const absent = expect.stringContaining('404');
    expect(counts).toEqual(['INVALID_ARGUMENT', 3, absent, 3, absent]);
  });
});

it('a worker stops a call whose signal fires, and all when it is disposed of', async () => {
  const codes = await page.evaluate(async () => {
    const app = await insightface.WorkerFaceAnalysis.create({ pack: '/models/open/', threads: 1 });
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'answered',
        error => error.code,
      );
    const first = code(app.get('/photos/sample1.jpg'));
    const controller = new AbortController();
    const aborted = code(app.get('/photos/sample2.jpg', { signal: controller.signal }));
    controller.abort();
    const unreadable = code(app.get(new Blob(['?'])));
    const answers = [await first, await aborted, await unreadable];
    const cut = code(app.get('/photos/sample1.jpg'));
    await app.dispose();
    return [...answers, await cut, await code(app.warmup())];
  });
  expect(codes).toEqual(['answered', 'ABORTED', 'IMAGE_UNSUPPORTED', 'DISPOSED', 'DISPOSED']);
});
