import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openKeyRing } from '../encryption/open-key-ring.js';
import { collect } from '../testing/collect.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { formulaVector, unit } from '../testing/vectors.js';
import type { GalleryModel } from '../types.js';
import { openEmbeddedGallery } from './embedded-gallery.js';

const dimension = 64;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const vector = (seed: number) => formulaVector(seed, dimension);
const masterKey = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const ring = (...fills: number[]) => openKeyRing({ keys: fills.map(masterKey) });

/** Every file of a folder and below. */
async function filesOf(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.filter(entry => entry.isFile()).map(entry => readFile(join(entry.parentPath, entry.name))),
  );
}

async function filled() {
  const folder = join(await temporaryFolder(), 'people');
  const encryption = await ring(1);
  const gallery = await openEmbeddedGallery(folder, { model, encryption });
  for (let seed = 1; seed <= 30; seed++)
    await gallery.enroll(`Zebedee${seed}`, vector(seed), {
      source: `holiday${seed}.jpg`,
      metadata: { address: `Rosewood${seed}` },
      tags: [`violet${seed % 3}`],
    });
  return { folder, encryption, gallery };
}

describe('an encrypted gallery', () => {
  it('shows no name, source, metadata, tag or embedding in any of its files', async () => {
    const { folder, gallery } = await filled();
    expect(await gallery.search(vector(7), { limit: 1 })).toMatchObject([{ name: 'Zebedee7' }]);
    await gallery.close();
    const files = await filesOf(folder);
    const floats = (values: Float32Array) => Buffer.from(values.slice(10, 12).buffer);
    for (const seed of [1, 7, 30])
      for (const needle of [Buffer.from(model.fingerprint), floats(unit(vector(seed)))]) {
        const found = files.some(file => file.includes(needle));
        // The model is no secret: it shows that the search looks in the right place.
        expect(found).toBe(needle.toString() === model.fingerprint);
      }
    for (const word of ['Zebedee', 'holiday', 'Rosewood', 'violet'])
      expect(files.some(file => file.includes(word))).toBe(false);
  });

  it('opens only with its key', async () => {
    const { folder, gallery } = await filled();
    await gallery.close();
    const refused = (options: object) =>
      expect(openEmbeddedGallery(folder, { model, ...options })).rejects.toMatchObject({
        code: 'KEY_INVALID',
      });
    await refused({});
    await refused({ encryption: await ring(2) });
    const plain = join(await temporaryFolder(), 'plain');
    await (await openEmbeddedGallery(plain, { model })).close();
    await expect(openEmbeddedGallery(plain, { model, encryption: await ring(1) })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    await expect(openKeyRing({ keys: ['c2hvcnQ='] })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(openKeyRing({ keys: [] })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(openKeyRing({ file: join(folder, 'none') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    const file = join(await temporaryFolder(), 'keys');
    await writeFile(file, `${masterKey(2)}\n${masterKey(1)}\n`);
    const again = await openEmbeddedGallery(folder, { model, encryption: await openKeyRing({ file }) });
    expect(await again.check()).toEqual({ people: 30, templates: 30 });
    await again.close();
  });

  it('changes its keys while another has it open, and then needs the new master key', async () => {
    const { folder, encryption, gallery } = await filled();
    const both = await ring(2, 1);
    const other = await openEmbeddedGallery(folder, { model, encryption: both });
    const photo = await gallery.sealer!.seal(
      (await gallery.get('Zebedee3'))!.id,
      'photo',
      Buffer.from('pixels'),
    );
    await expect(gallery.rotateKeys()).resolves.toEqual({ people: 30, templates: 30 });
    expect(await other.get('Zebedee3')).toMatchObject({ tags: ['violet0'] });
    await other.rotateKeys();
    await expect(gallery.get('Zebedee3')).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await gallery.close();
    expect(await other.search(vector(3), { limit: 1, tags: ['violet0'] })).toMatchObject([
      { name: 'Zebedee3' },
    ]);
    await other.enroll('Zebedee3', vector(99));
    expect(await collect(other.list({ search: 'ZEBEDEE3' }))).toHaveLength(2);
    expect(await other.check()).toEqual({ people: 30, templates: 31 });
    await other.close();
    await expect(openEmbeddedGallery(folder, { model, encryption })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    const last = await openEmbeddedGallery(folder, { model, encryption: await ring(2) });
    const { id } = (await last.get('Zebedee3'))!;
    expect(Buffer.from(await last.sealer!.open(id, 'photo', photo)).toString()).toBe('pixels');
    await last.close();
  });

  it('leaves nothing of a removed person that the keys after a rotation open, not even an old copy', async () => {
    const { folder, gallery } = await filled();
    const copy = join(await temporaryFolder(), 'copy');
    await mkdir(copy);
    const { id } = (await gallery.get('Zebedee5'))!;
    const photo = await gallery.sealer!.seal(id, 'photo', Buffer.from('pixels'));
    await copyFile(join(folder, 'data.mdb'), join(copy, 'data.mdb'));
    await gallery.remove('Zebedee5');
    await expect(gallery.sealer!.open(id, 'photo', photo)).rejects.toMatchObject({
      code: 'PERSON_NOT_FOUND',
    });
    await gallery.close();
    // The old master key opens the old copy: as long as it is there, so is the person.
    const old = await openEmbeddedGallery(copy, { model, encryption: await ring(1) });
    expect(await old.get('Zebedee5')).toBeDefined();
    await old.close();
    const rotating = await openEmbeddedGallery(folder, { model, encryption: await ring(2, 1) });
    await rotating.rotateKeys();
    await rotating.close();
    await expect(openEmbeddedGallery(copy, { model, encryption: await ring(2) })).rejects.toMatchObject({
      code: 'KEY_INVALID',
    });
    const now = await openEmbeddedGallery(folder, { model, encryption: await ring(2) });
    expect(await now.get('Zebedee5')).toBeUndefined();
    expect(await now.check()).toEqual({ people: 29, templates: 29 });
    await now.close();
  });

  it('seals data for one person and one label', async () => {
    const { gallery } = await filled();
    const sealer = gallery.sealer!;
    const [one, two] = [(await gallery.get('Zebedee1'))!.id, (await gallery.get('Zebedee2'))!.id];
    const sealed = await sealer.seal(one, 'a', Buffer.from('pixels'));
    expect(Buffer.from(await sealer.open(one, 'a', sealed)).toString()).toBe('pixels');
    expect(Buffer.from(await sealer.seal(one, 'a', Buffer.from('pixels')))).not.toEqual(Buffer.from(sealed));
    const invalid = (work: Promise<unknown>) =>
      expect(work).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await invalid(sealer.open(two, 'a', sealed));
    await invalid(sealer.open(one, 'b', sealed));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed);
      changed[at]! ^= 1;
      await invalid(sealer.open(one, 'a', changed));
    }
    await invalid(sealer.open(one, 'a', sealed.subarray(0, 10)));
    await gallery.rename('Zebedee1', 'Someone');
    expect(Buffer.from(await sealer.open(one, 'a', sealed)).toString()).toBe('pixels');
    await gallery.close();
  });
});
