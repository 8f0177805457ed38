// What people do with the console, in a real Chromium against a real server.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './testing/console-server.js';
import { findFaults } from './testing/faults.js';

let app: ConsoleUnderTest;

beforeAll(async () => {
  app = await startConsole();
  await app.enrolAll();
}, 240_000);
afterAll(() => app?.close());

const asAdmin = (path: string) => app.open({ key: app.adminKey, path });

describe('signing in', () => {
  it('by keyboard: a wrong key is refused in words, the right one opens the pages, a photo is analysed', async () => {
    const page = await app.open();
    await page.getByLabel('Key').focus();
    await page.keyboard.type('ifk_wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('UNAUTHORIZED').waitFor();
    await page.getByLabel('Key').fill(app.adminKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Analyse' }).waitFor();
    const input = page.locator('input[type=file]');
    for (let step = 0; step < 30 && !(await input.evaluate(node => node === document.activeElement)); step++)
      await page.keyboard.press('Tab');
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Space')]);
    await chooser.setFiles(app.photos.group);
    const bea = page.getByRole('button', { name: 'Bea' });
    await bea.press('Enter');
    expect(await bea.getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('heading', { name: 'Bea' }).waitFor();
    await page.context().close();
  });

  it('a key with the role verify sees its pages alone', async () => {
    const page = await asAdmin('keys');
    await page.getByLabel('Name of the key').fill('door');
    await page.getByLabel('search', { exact: false }).first().uncheck();
    await page.locator('input[value=verify]').check();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.locator('.fresh code').textContent()) ?? '';
    expect(key).toMatch(/^ifk_/);
    await page.context().close();
    const theirs = await app.open({ key });
    await theirs.getByRole('heading', { name: 'Analyse' }).waitFor();
    const titles = await theirs.getByRole('navigation').getByRole('listitem').allTextContents();
    expect(titles.map(title => title.trim())).toEqual(['Analyse', 'Verify', 'Models']);
    await theirs.context().close();
  });

  it('changes the language at once and for good', async () => {
    const page = await asAdmin('people');
    await page.getByRole('button', { name: '中文' }).click();
    await page.getByRole('heading', { name: '人员' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '人员' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh');
    await page.context().close();
  });
});

describe('people', () => {
  it('are enrolled from files with hints, found, renamed, tagged, merged and deleted', async () => {
    const page = await asAdmin('people');
    await page.getByRole('button', { name: 'Enrol' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Dora');
    await page
      .locator('input[type=file]')
      .setInputFiles([...app.photos.albumFiles.slice(0, 2), app.photos.group]);
    await page.getByRole('button', { name: 'Enrol 3 photos' }).click();
    // The group photo has several faces: it is refused, and said to be.
    await page.getByText('sample1.jpg').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Dora' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Dora Doe');
    await page.getByLabel('Tags').fill('staff, night shift');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('night shift').waitFor();
    await page.getByPlaceholder('Search names').fill('Ada');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('button', { name: 'Merge' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click();
    await expect
      .poll(() => page.getByRole('button', { name: 'Remove', exact: true }).count())
      .toBeGreaterThan(2);
    await page.getByRole('link', { name: '← People' }).click();
    await page.getByPlaceholder('Search names').fill('dora');
    await page.getByRole('link', { name: /Dora Doe/ }).click();
    await page.getByRole('button', { name: 'Delete person' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete person' }).click();
    await page.getByText('Nobody has such a name.').waitFor();
    await page.getByPlaceholder('Search names').fill('');
    await page.getByRole('link', { name: /Bea/ }).waitFor();
    expect(await page.getByRole('link', { name: /Dora|Ada/ }).count()).toBe(0);
    await page.context().close();
  }, 90_000);

  it('are found by a photo, side by side', async () => {
    const page = await asAdmin('search');
    await page.locator('input[type=file]').setInputFiles(app.photos.portraits.Cleo);
    const found = page.getByRole('region', { name: 'Resembles' });
    await found.getByRole('link', { name: 'Cleo' }).waitFor();
    await found.getByText('Same person').waitFor();
    await page.context().close();
  });

  it('are verified by two photos', async () => {
    const page = await asAdmin('verify');
    await page.locator('input[type=file]').nth(0).setInputFiles(app.photos.portraits.Bea);
    await page.locator('input[type=file]').nth(1).setInputFiles(app.photos.portraits.Cleo);
    await page.getByText('Not the same person').waitFor();
    await page
      .locator('input[type=file]')
      .nth(1)
      .setInputFiles(app.photos.albumFiles[5] ?? '');
    await page.getByRole('heading', { name: 'Same person' }).waitFor();
    await page.context().close();
  });

  it('are told apart in an album, and named', async () => {
    const page = await asAdmin('clusters');
    await page
      .locator('input[type=file]')
      .nth(1)
      .setInputFiles([...app.photos.albumFiles]);
    await page.getByText('3 people with several faces').waitFor();
    const ada = page.getByRole('region', { name: 'Faces: 3' }).filter({ has: page.locator('img[alt*=ada]') });
    await ada.getByPlaceholder('Who is this?').fill('Ada');
    await ada.getByRole('button', { name: 'Enrol' }).click();
    await ada.getByText('3 faces were enrolled as Ada.').waitFor();
    await page.context().close();
  }, 90_000);

  it('are named in front of the camera', async () => {
    const page = await asAdmin('live');
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByRole('link', { name: 'Ada' }).first().waitFor();
    await page.getByRole('button', { name: 'Stop the camera' }).click();
    await page.context().close();
  });
});

describe('running the service', () => {
  it('chooses a threshold by its rate of false accepts', async () => {
    const page = await asAdmin('thresholds');
    const row = page.getByRole('row', { name: /1 in 1,000 / });
    await row.getByRole('button', { name: 'Use' }).click();
    await row.getByText('in use').waitFor();
    expect((await app.client.request('GET /v1/settings')).far).toBe(1e-3);
    await page.context().close();
  });

  it('runs a job on an allowed folder', async () => {
    const page = await asAdmin('jobs');
    await page.getByLabel('Kind').selectOption('analyze-folder');
    await page.getByLabel('Folder on the server').fill(app.photos.album);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('heading', { name: 'Job: Analyse photos' }).waitFor();
    await page.getByText('9 of 9 photos').first().waitFor();
    await page.context().close();
  });

  it('shows decisions in an audit log that is whole, models with licences, and live charts', async () => {
    const page = await asAdmin('audit');
    await page.getByText(/^Whole: all/).waitFor();
    await page.getByLabel('Action').fill('compare');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('cell', { name: 'compare' }).first().waitFor();
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('cell', { name: 'MIT' }).first().waitFor();
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByRole('region', { name: 'Photos a second' }).waitFor();
    await page.context().close();
  });
});

describe('for everybody', () => {
  const pages = [
    '',
    'analyse',
    'people',
    'search',
    'verify',
    'clusters',
    'live',
    'thresholds',
    'jobs',
    'keys',
  ];
  it.each(['light', 'dark'] as const)(
    'has no serious fault of accessibility in %s, nor runs off a phone',
    async colorScheme => {
      const context = { colorScheme, viewport: { width: 390, height: 844 } };
      const page = await app.open({ ...context, key: app.adminKey });
      const signIn = await app.open(context);
      expect(await findFaults(signIn)).toEqual([]);
      for (const name of [...pages, 'audit', 'models', 'health']) {
        await page.goto(`${app.url}/?${name}#/${name}`);
        await page.waitForLoadState('networkidle');
        expect(await findFaults(page), name).toEqual([]);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(over, `${name} is wider than the phone`).toBeLessThanOrEqual(0);
      }
      await page.context().close();
      await signIn.context().close();
    },
    90_000,
  );

  it('needs less than 200 kB of script, all pages together', () => {
    const folder = join(app.built, 'assets');
    const scripts = readdirSync(folder).filter(name => name.endsWith('.js'));
    const size = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0);
    expect(size).toBeLessThan(200_000);
  });
});
