// The console as a person has it: built, served by a real server with the default pack, in a real Chromium.

import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, form, type InsightFaceClient } from '@insightface-ts/client';
import { startServer } from '@insightface-ts/server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import { launchChromium } from '../../../insightface/src/testing/browser/chromium.js';
import { fakeCameraArguments } from '../../../insightface/src/testing/browser/fake-camera.js';
import { type DemoPhotos, demoPhotos, names } from './photos.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ConsoleUnderTest {
  readonly url: string;
  readonly adminKey: string;
  readonly client: InsightFaceClient;
  readonly photos: DemoPhotos;
  /** The folder of the built console. */
  readonly built: string;
  /** A page at the sign-in form, or signed in with a key. Whoever opens it closes its context. */
  open(options?: BrowserContextOptions & { key?: string; path?: string }): Promise<Page>;
  /** Enrols the three women of the group. */
  enrolAll(): Promise<void>;
  close(): Promise<void>;
}

export async function startConsole(): Promise<ConsoleUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'insightface-console-'));
  const built = join(folder, 'built');
  const [photos] = await Promise.all([
    demoPhotos(folder),
    build({ root, logLevel: 'error', build: { outDir: built, emptyOutDir: true } }),
  ]);
  const adminKey = `ifk_${'c'.repeat(43)}`;
  const server = await startServer({
    data: join(folder, 'data'),
    port: 0,
    console: built,
    adminKey,
    workers: 1,
    logLevel: false,
    allowFolders: [photos.album],
  });
  const client = createClient({ url: server.url, key: adminKey });
  const browser: Browser = await launchChromium(
    '--use-fake-ui-for-media-stream',
    ...fakeCameraArguments(photos.camera),
  );

  return {
    url: server.url,
    adminKey,
    client,
    photos,
    built,
    open: async ({ key, path = '', ...options } = {}) => {
      const context = await browser.newContext({ locale: 'en-GB', ...options });
      const page = await context.newPage();
      // A busy machine takes its time.
      page.setDefaultTimeout(45_000);
      page.on('pageerror', error => console.error(error));
      page.on('console', message => {
        // A refused key or a person that is gone answers with a status, which Chromium tells as an error.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load'))
          console.error(message.text());
      });
      if (key) await page.addInitScript(value => sessionStorage.setItem('insightface.key', value), key);
      await page.goto(`${server.url}/#/${path}`);
      return page;
    },
    enrolAll: async () => {
      for (const name of names) {
        const images = [await openAsBlob(photos.portraits[name], { type: 'image/jpeg' })];
        await client.request('POST /v1/people', { body: form({ name, images, tags: 'guests' }) });
      }
    },
    close: async () => {
      await browser.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
