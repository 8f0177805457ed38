import { mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { collect } from '../testing/collect.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { formulaVector } from '../testing/vectors.js';
import type { GalleryModel } from '../types.js';
import { openEmbeddedGallery } from './embedded-gallery.js';

const dimension = 512;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const people = 300;

async function filledGallery(): Promise<string> {
  const folder = join(await temporaryFolder(), 'people');
  const gallery = await openEmbeddedGallery(folder, { model });
  await Promise.all(
    Array.from({ length: people }, (_, index) =>
      gallery.enroll(`P${index}`, formulaVector(index, dimension)),
    ),
  );
  await gallery.close();
  return folder;
}

describe('what is no gallery', () => {
  it('is refused and left as it is', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'photo.jpg'), 'x');
    await expect(openEmbeddedGallery(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await expect(openEmbeddedGallery(join(folder, 'photo.jpg'), { model })).rejects.toMatchObject({
      code: 'GALLERY_INVALID',
    });
    await expect(openEmbeddedGallery(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    const text = join(folder, 'text');
    await mkdir(text);
    await writeFile(join(text, 'data.mdb'), 'hello '.repeat(10_000));
    await expect(openEmbeddedGallery(text, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
  });

  it('such as the database of another program', async () => {
    const folder = await temporaryFolder();
    const other = openLmdb({ path: folder, noSubdir: false });
    await other.put('key', 'value');
    await other.close();
    await expect(openEmbeddedGallery(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    const again = openLmdb({ path: folder, noSubdir: false });
    expect(Array.from(again.getKeys())).toEqual(['key']);
    await again.close();
  });
});

describe('a damaged gallery', () => {
  it.each([0.02, 0.3, 0.6, 0.97])('cut off at %f of its length is refused', async fraction => {
    const folder = await filledGallery();
    const file = join(folder, 'data.mdb');
    await truncate(file, Math.floor((await readFile(file)).length * fraction));
    await expect(openEmbeddedGallery(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
  });

  it('with a changed embedding says so instead of answering wrongly', async () => {
    const folder = await filledGallery();
    const file = await open(join(folder, 'data.mdb'), 'r+');
    const bytes = await file.readFile();
    const [first] = Float32Array.of(normalized(formulaVector(7, dimension))[100]!);
    const needle = Buffer.from(Float32Array.of(first!).buffer);
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1))
      await file.write(Buffer.from([1, 2, 3, 4]), 0, 4, at);
    await file.close();
    const gallery = await openEmbeddedGallery(folder, { model });
    await expect(gallery.search(formulaVector(1, dimension))).rejects.toMatchObject({
      code: 'GALLERY_INVALID',
    });
    await expect(gallery.check()).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await gallery.close();
  });

  it('with its first pages zeroed is refused', async () => {
    const folder = await filledGallery();
    const file = await open(join(folder, 'data.mdb'), 'r+');
    await file.write(Buffer.alloc(16_384), 0, 16_384, 0);
    await file.close();
    await expect(openEmbeddedGallery(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
  });

  // LMDB trusts its file: what leads it out of the map ends the process, and no test would report that.
  it.each(['one page', 'page heads', 'bytes anywhere'] as const)(
    'with random %s answers or says what is wrong',
    async where => {
      const whole = await readFile(join(await filledGallery(), 'data.mdb'));
      const random = seeded(where.length);
      let refused = 0;
      for (let round = 0; round < 12; round++) {
        const folder = join(await temporaryFolder(), 'people');
        await mkdir(folder);
        await writeFile(join(folder, 'data.mdb'), spoiled(whole, where, random));
        const codes = await useAll(folder);
        if (codes.length > 0) refused++;
        expect(codes.filter(code => code !== 'GALLERY_INVALID')).toEqual([]);
      }
      expect(refused).toBeGreaterThan(0);
    },
  );
});

/** The code of every error on the way through a gallery. */
async function useAll(folder: string): Promise<unknown[]> {
  const codes: unknown[] = [];
  const note = (error: unknown) => {
    codes.push(error instanceof Error && 'code' in error ? error.code : error);
    return undefined;
  };
  const gallery = await openEmbeddedGallery(folder, { model }).catch(note);
  if (!gallery) return codes;
  const uses: (() => unknown)[] = [
    () => collect(gallery.list()),
    () => gallery.search(formulaVector(1, dimension)),
    () => gallery.check(),
    () => gallery.enroll('New', formulaVector(people, dimension)),
  ];
  for (const use of uses) await Promise.resolve().then(use).catch(note);
  await gallery.close();
  return codes;
}

const pageBytes = 8192;

function spoiled(whole: Buffer, where: 'one page' | 'page heads' | 'bytes anywhere', random: () => number) {
  const bytes = Buffer.from(whole);
  const below = (limit: number) => Math.floor(random() * limit);
  const pages = bytes.length / pageBytes;
  if (where === 'one page') {
    const page = below(pages) * pageBytes;
    for (let at = page; at < page + pageBytes; at++) bytes[at] = below(256);
  } else if (where === 'page heads') {
    for (let page = 0; page < pages; page++)
      if (random() < 0.1) bytes[page * pageBytes + below(400)] = below(256);
  } else for (let count = 0; count < 30; count++) bytes[below(bytes.length)] = below(256);
  return bytes;
}

/** Numbers from 0 to 1, the same every time (Park and Miller's generator). */
function seeded(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function normalized(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map(value => value / norm);
}
