// The manual's pictures of the console. `npm run screenshots -w packages/console` writes them to docs/images.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './testing/console-server.js';

const images = fileURLToPath(new URL('../../../docs/images', import.meta.url));
const isWritten = process.env['SCREENSHOTS'] === '1';
let app: ConsoleUnderTest;

beforeAll(async () => {
  app = await startConsole();
  await app.enrolAll();
}, 240_000);
afterAll(() => app?.close());

const desktop = { width: 1200, height: 760 };

async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  const png = await sharp(await page.screenshot())
    .png({ palette: true, quality: 90, effort: 9 })
    .toBuffer();
  expect(png.length).toBeGreaterThan(5_000);
  if (isWritten) {
    await mkdir(images, { recursive: true });
    await sharp(png).toFile(`${images}/console-${name}.png`);
  }
  await page.context().close();
}

it('analyse', async () => {
  const page = await app.open({
    key: app.adminKey,
    path: 'analyse',
    viewport: desktop,
    colorScheme: 'light',
  });
  await page.locator('input[type=file]').setInputFiles(app.photos.group);
  await page.getByRole('button', { name: 'Bea' }).click();
  await page.locator('.facts li img').nth(2).waitFor();
  await picture(page, 'analyse');
});

it('search, dark', async () => {
  const page = await app.open({ key: app.adminKey, path: 'search', viewport: desktop, colorScheme: 'dark' });
  await page.locator('input[type=file]').setInputFiles(app.photos.portraits.Cleo);
  await page.locator('li img').nth(2).waitFor();
  await picture(page, 'search');
});

it('thresholds', async () => {
  const page = await app.open({
    key: app.adminKey,
    path: 'thresholds',
    viewport: desktop,
    colorScheme: 'light',
  });
  await page.getByRole('heading', { name: 'Choose a rate' }).waitFor();
  await picture(page, 'thresholds');
});

it('people, on a phone', async () => {
  const viewport = { width: 390, height: 700 };
  const page = await app.open({ key: app.adminKey, path: 'people', viewport, colorScheme: 'light' });
  await page.locator('li img').nth(2).waitFor();
  await picture(page, 'phone');
});
