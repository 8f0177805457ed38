import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedGallery } from '../embedded/embedded-gallery.js';
import { collect } from '../testing/collect.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { formulaVector } from '../testing/vectors.js';
import type { GalleryModel } from '../types.js';

const dimension = 16;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const vector = (seed: number) => formulaVector(seed, dimension);

async function exported() {
  const folder = await temporaryFolder();
  const gallery = await openEmbeddedGallery(join(folder, 'people'), { model });
  await gallery.enroll('李娜', [vector(1), vector(2)], {
    source: 'a.jpg',
    metadata: { seat: 3 },
    tags: ['t'],
  });
  await gallery.enroll('Ben', vector(3));
  const file = join(folder, 'people.jsonl');
  expect(await gallery.export(file)).toEqual({ people: 2, templates: 3 });
  return { folder, gallery, file };
}

describe('export and import', () => {
  it('brings everything to a new gallery: ids, times, sources, metadata, embeddings', async () => {
    const { folder, gallery, file } = await exported();
    const copy = await openEmbeddedGallery(join(folder, 'copy'), { create: true });
    expect(await copy.import(file)).toEqual({ people: 2, templates: 3 });
    expect(copy.model).toEqual(model);
    for (const name of ['李娜', 'Ben']) expect(await copy.get(name)).toEqual(await gallery.get(name));
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('.tmp'));
    await copy.close();
    await gallery.close();
  });

  it('changes nothing the second time, and knows a person who was renamed since', async () => {
    const { gallery, file } = await exported();
    await gallery.rename('Ben', 'Benjamin');
    await gallery.remove('李娜');
    expect(await gallery.import(file)).toEqual({ people: 1, templates: 2 });
    expect(await gallery.import(file)).toEqual({ people: 0, templates: 0 });
    expect((await collect(gallery.list())).map(({ name }) => name)).toEqual(['Benjamin', '李娜']);
    expect(await gallery.search(vector(2), { limit: 1 })).toMatchObject([{ name: '李娜' }]);
    await gallery.check();
    await gallery.close();
  });

  it('refuses embeddings of another model', async () => {
    const { folder, gallery, file } = await exported();
    await gallery.close();
    const other = await openEmbeddedGallery(join(folder, 'other'), {
      model: { ...model, fingerprint: '0'.repeat(64) },
    });
    await expect(other.import(file)).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    expect(await other.check()).toEqual({ people: 0, templates: 0 });
    await other.close();
  });

  it('refuses any file with a line cut, changed, added or taken away, and changes nothing', async () => {
    const { folder, gallery, file } = await exported();
    const copy = await openEmbeddedGallery(join(folder, 'copy'), { model });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const damaged = [
      '',
      'hello',
      lines.slice(0, -1).join('\n'),
      [lines[0], ...lines.slice(2)].join('\n'),
      [...lines, lines[1]].join('\n'),
      lines.join('\n').replace('"Ben"', '"Bob"'),
      lines.join('\n').slice(0, 400),
      lines.join('\n').replace('"version":1', '"version":9'),
    ];
    for (const [index, text] of damaged.entries()) {
      const path = join(folder, `damaged-${index}`);
      await writeFile(path, text);
      await expect(copy.import(path)).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    }
    for (const path of [folder, join(folder, 'absent')])
      await expect(copy.import(path)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await expect(copy.export(join(folder, 'no', 'folder'))).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    expect(await copy.check()).toEqual({ people: 0, templates: 0 });
    await copy.close();
    await gallery.close();
  });
});
