import { mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { Gallery, type GalleryModel } from './index.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { formulaVector } from './testing/vectors.js';

const dimension = 512;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const people = 300;

async function filledGallery(): Promise<string> {
  const folder = join(await temporaryFolder(), 'people');
  const gallery = await Gallery.open(folder, { model });
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
    await expect(Gallery.open(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await expect(Gallery.open(join(folder, 'photo.jpg'), { model })).rejects.toMatchObject({
      code: 'GALLERY_INVALID',
    });
    await expect(Gallery.open(join(folder, 'absent'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    const text = join(folder, 'text');
    await mkdir(text);
    await writeFile(join(text, 'data.mdb'), 'hello '.repeat(10_000));
    await expect(Gallery.open(text, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
  });

  it('such as the database of another program', async () => {
    const folder = await temporaryFolder();
    const other = openLmdb({ path: folder, noSubdir: false });
    await other.put('key', 'value');
    await other.close();
    await expect(Gallery.open(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
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
    await expect(Gallery.open(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
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
    const gallery = await Gallery.open(folder, { model });
    expect(() => gallery.search(formulaVector(1, dimension))).toThrow(
      expect.objectContaining({ code: 'GALLERY_INVALID' }),
    );
    expect(() => gallery.check()).toThrow(expect.objectContaining({ code: 'GALLERY_INVALID' }));
    await gallery.close();
  });

  it('with its first pages zeroed is refused', async () => {
    const folder = await filledGallery();
    const file = await open(join(folder, 'data.mdb'), 'r+');
    await file.write(Buffer.alloc(16_384), 0, 16_384, 0);
    await file.close();
    await expect(Gallery.open(folder, { model })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
  });
});

function normalized(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map(value => value / norm);
}
