import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { storedPath } from './fetch/stored-path.js';
import { sourcedFiles } from './load-pack.js';
import { listPacks, readPack, removePack, verifyPack } from './manage.js';
import type { PackManifest } from './manifest.js';
import { open } from './packs/open.js';
import { openPrecise } from './packs/open-precise.js';
import { temporaryHome } from './testing/temporary-home.js';
import { tinyArcface, tinyScrfd } from './testing/tiny-model.js';

let home: Awaited<ReturnType<typeof temporaryHome>>;
beforeEach(async () => {
  home = await temporaryHome();
});
afterEach(() => home.restore());

/** Puts 10 bytes where each file of the packs would lie. */
async function pretendFetched(...packs: readonly PackManifest[]): Promise<void> {
  for (const file of sourcedFiles(...packs)) {
    await mkdir(dirname(storedPath(file)), { recursive: true });
    await writeFile(storedPath(file), '0123456789');
  }
}

async function states(): Promise<Record<string, string>> {
  return Object.fromEntries((await listPacks()).map(({ manifest, state }) => [manifest.name, state]));
}

test('the list says what is there', async () => {
  expect(new Set(Object.values(await states()))).toEqual(new Set(['absent']));
  await pretendFetched(open);
  expect(await states()).toMatchObject({ open: 'ready', 'open-precise': 'partial', buffalo_l: 'absent' });
});

test('the list does not ask for optional models', async () => {
  await pretendFetched({ ...open, models: open.models.filter(model => !model.optional) });
  expect(await states()).toMatchObject({ open: 'ready' });
});

test('removing a pack leaves what another one needs, and no empty folders', async () => {
  await pretendFetched(open, openPrecise);
  // Three networks of MTCNN and the mesh; the recogniser and faceres are shared.
  expect(await removePack('open-precise')).toBe(40);
  expect(await states()).toMatchObject({ open: 'ready', 'open-precise': 'partial' });
  await removePack('open');
  expect(await readdir(home.path)).toEqual([]);
});

test('an unknown pack cannot be removed', async () => {
  await expect(removePack('../x')).rejects.toMatchObject({ code: 'PACK_INVALID' });
});

test('verify tells whole from damaged and absent', async () => {
  expect((await verifyPack('open')).every(({ state }) => state === 'absent')).toBe(true);
  await pretendFetched(open);
  expect((await verifyPack('open')).every(({ state }) => state === 'damaged')).toBe(true);
  const bare = new Map([
    ['det.onnx', tinyScrfd],
    ['rec.onnx', tinyArcface],
  ]);
  expect(await verifyPack(bare)).toMatchObject([
    { model: 'det', file: 'det.onnx', state: 'unpinned' },
    { model: 'rec', file: 'rec.onnx', state: 'unpinned' },
  ]);
});

test('reading a manifest fetches nothing', async () => {
  expect((await readPack('buffalo_l')).models.map(({ name }) => name)).toEqual([
    'det_10g',
    'w600k_r50',
    '2d106det',
    '1k3d68',
    'genderage',
  ]);
  expect(await readdir(home.path)).toEqual([]);
});
