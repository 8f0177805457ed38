// The browser example in a real Chromium: a photo goes in, its faces come out, and the camera's person is among them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaceAnalysis, fetchDemoPhotos, writeWebPack } from 'insightface-ts';
import { afterAll, expect, it } from 'vitest';
import { bundlePage } from '../../packages/insightface/src/testing/browser/bundle.js';
import { launchChromium } from '../../packages/insightface/src/testing/browser/chromium.js';
import {
  fakeCameraArguments,
  straightestFace,
  writeFakeVideo,
} from '../../packages/insightface/src/testing/browser/fake-camera.js';
import { servePage } from '../../packages/insightface/src/testing/browser/serve.js';

const folder = mkdtempSync(join(tmpdir(), 'insightface-example-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('finds the person at the camera among the faces of a photo', async () => {
  const photos = await fetchDemoPhotos();
  const app = await FaceAnalysis.create({ tasks: ['landmark'] });
  const shown = await straightestFace(app, photos);
  const video = join(folder, 'camera.mjpeg');
  await writeFakeVideo(video, shown);
  await app.dispose();
  await writeWebPack('open', join(folder, 'pack'), { onNotice: () => undefined });
  await bundlePage(fileURLToPath(new URL('.', import.meta.url)), join(folder, 'page'));
  const server = await servePage({ '/': join(folder, 'page'), '/models/open/': join(folder, 'pack') });
  const browser = await launchChromium(...fakeCameraArguments(video));
  try {
    const page = await (await browser.newContext({ permissions: ['camera'] })).newPage();
    await page.goto(server.url);
    const status = page.locator('#status');
    await status.getByText('Ready.').waitFor();
    await page.getByLabel('A photo').setInputFiles(shown.photo);
    await status.getByText(/\d faces/).waitFor();
    expect(await page.getByAltText('Your choice with its faces').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await status.getByText(/You are face \d, cosine 0\.[89]/).waitFor();
  } finally {
    await browser.close();
    await server.close();
  }
}, 120_000);
