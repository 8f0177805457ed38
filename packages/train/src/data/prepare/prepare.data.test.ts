import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sharedPath } from '../../testing/shared-data.js';
import { BatchLoader } from '../loader/batch-loader.js';
import { openFaceDataset } from '../open-dataset.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { prepareDataset } from './prepare.js';

const folder = temporaryFolder();
const quiet = { onNotice: () => undefined };

/** A few people of LFW, some of them with trouble. */
function somePeople(name: string): string {
  const photos = join(folder, name);
  // In LFW the photo of Andrew Gilligan lies in the folder of Andrew Caldecott, too: a known error of the set.
  for (const person of [
    'Andrew_Caldecott',
    'Andrew_Gilligan',
    'Angela_Bassett',
    'Ari_Fleischer',
    'Alvaro_Uribe',
  ])
    cpSync(sharedPath(`data/lfw/${person}`), join(photos, person), { recursive: true });
  return photos;
}

describe('prepareDataset on LFW', () => {
  it('finds the copies and the person in two folders, with the default pack and worker threads', async () => {
    const photos = somePeople('lfw');
    const [first] = readdirSync(join(photos, 'Alvaro_Uribe'));
    const original = readFileSync(join(photos, 'Alvaro_Uribe', first!));
    writeFileSync(
      join(photos, 'Alvaro_Uribe', 'z-half.jpg'),
      await sharp(original).resize(125).jpeg({ quality: 80 }).toBuffer(),
    );
    writeFileSync(join(photos, 'Angela_Bassett', 'cut.jpg'), original.subarray(0, 4000));
    const out = join(folder, 'set');
    const preparation = await prepareDataset(photos, { ...quiet, out, workers: 2 });
    const dropped = preparation.dropped.map(({ source, reason }) => [source, reason]);
    expect(dropped).toContainEqual(['Alvaro_Uribe/z-half.jpg', 'near-copy']);
    expect(dropped).toContainEqual(['Angela_Bassett/cut.jpg', 'unreadable']);
    // LFW has one picture of Ari Fleischer twice.
    expect(dropped).toContainEqual(['Ari_Fleischer/Ari_Fleischer_0011.jpg', 'near-copy']);
    expect(dropped).toHaveLength(3);
    expect(preparation.samePeople.map(({ people }) => people)).toEqual([
      ['Andrew_Caldecott', 'Andrew_Gilligan'],
    ]);
    const dataset = await openFaceDataset(out);
    for (let i = 0; i < dataset.length; i++) await dataset.get(i);
    await dataset.close();
  });

  it.each([
    ['MTCNN', 'open-precise', undefined],
    ['SCRFD', undefined, 'scrfd_2.5g_bnkps.onnx'],
    ['RetinaFace', undefined, 'retinaface_mnet025_640.onnx'],
  ])('puts eyes, nose and mouth where the default pack puts them, with %s', async (family, pack, file) => {
    const photos = join(folder, 'lfw-two');
    for (const person of ['Angela_Bassett', 'Alvaro_Uribe'])
      cpSync(sharedPath(`data/lfw/${person}`), join(photos, person), { recursive: true });
    const models = join(folder, `models-${family}`);
    mkdirSync(models);
    if (file) copyFileSync(sharedPath(`weights/${file}`), join(models, file));
    const crops = async (name: string, options: { pack?: string }) => {
      const out = join(folder, name);
      await prepareDataset(photos, { ...quiet, ...options, out, workers: 0 });
      const dataset = await openFaceDataset(out);
      const faces = new Map<string, Uint8Array>();
      for (let i = 0; i < dataset.length; i++)
        faces.set(dataset.sourceOf(i)!, (await dataset.get(i)).pixels.data);
      await dataset.close();
      return faces;
    };
    const [truth, ours] = [await crops(`open-${family}`, {}), await crops(family, { pack: pack ?? models })];
    expect([...ours.keys()]).toEqual([...truth.keys()]);
    const sources = [...truth.keys()];
    const distances = sources.map(source => distance(truth.get(source)!, ours.get(source)!));
    const toOthers = sources.map((source, i) =>
      distance(truth.get(source)!, ours.get(sources[(i + 1) % sources.length]!)!),
    );
    // A crop that is shifted by a pixel or two is far nearer than a crop of another photo.
    expect(median(distances)).toBeLessThan(0.5 * median(toOthers));
  });
});

describe('sets of crops', () => {
  it('keeps all of ORL: its photos are alike, but none is another', async () => {
    const out = join(folder, 'orl');
    const { manifest } = await prepareDataset(sharedPath('data/orl'), { out, aligned: true });
    expect([manifest.images, manifest.classes]).toEqual([400, 40]);
    const dataset = await openFaceDataset(out);
    const loader = new BatchLoader(dataset, {
      batchSize: 40,
      sampler: { kind: 'balanced', imagesPerPerson: 5 },
    });
    for await (const { labels, step } of loader.batches()) {
      expect(new Set(labels).size).toBe(8);
      if (step === 3) break;
    }
    await loader.close();
    await dataset.close();
  });

  it('stores aligned JPEGs as they are, also through links to folders', async () => {
    const crops = join(folder, 'links');
    mkdirSync(crops);
    symlinkSync(sharedPath('data/celebrities-112/Tom_Hanks'), join(crops, 'Tom_Hanks'));
    const out = join(folder, 'celebrities');
    const { manifest } = await prepareDataset(crops, { out, aligned: true });
    expect(manifest.images).toBeGreaterThan(200);
    const dataset = await openFaceDataset(out);
    const { path, offset, length } = dataset.locate(5);
    const stored = readFileSync(path).subarray(offset, offset + length!);
    expect(stored.equals(readFileSync(join(crops, dataset.sourceOf(5)!)))).toBe(true);
    await dataset.close();
  });
});

function distance(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, level, i) => sum + Math.abs(level - b[i]!), 0) / a.length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
