import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Gallery, type GalleryModel } from './index.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { formulaVector, unit } from './testing/vectors.js';

const dimension = 64;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const vector = (seed: number) => formulaVector(seed, dimension);

async function newGallery(): Promise<Gallery> {
  return Gallery.open(join(await temporaryFolder(), 'people'), { model });
}

describe('enrolment', () => {
  it('keeps people over closing and opening, with ids, sources, times and metadata', async () => {
    const gallery = await newGallery();
    const [first] = await gallery.enroll('张伟', vector(1), { source: '照片.jpg', metadata: { room: 5 } });
    const more = await gallery.enroll('张伟', [vector(2), vector(3)], { metadata: { floor: 2 } });
    const before = gallery.get('张伟');
    await gallery.close();

    const again = await Gallery.open(gallery.folder, { model });
    const person = again.get('张伟');
    expect(person).toEqual(before);
    expect(person?.metadata).toEqual({ room: 5, floor: 2 });
    expect(person?.templates.map(({ id }) => id)).toEqual([first, ...more]);
    expect(person?.templates.map(({ source }) => source)).toEqual(['照片.jpg', undefined, undefined]);
    expect(person?.templates[1]?.embedding).toEqual(unit(vector(2)));
    expect(person?.templates[0]?.model).toBe(model.fingerprint);
    expect(await again.stats()).toMatchObject({ people: 1, templates: 3, model });
    expect(again.check()).toEqual({ people: 1, templates: 3 });
    await again.close();
  });

  it('keeps of a recogniser what tells it from others, and nothing else', async () => {
    const folder = join(await temporaryFolder(), 'people');
    const recognizer = { ...model, inputSize: 112, thresholds: { '1e-3': 0.3 } };
    const gallery = await Gallery.open(folder, { model: recognizer });
    expect(gallery.model).toEqual(model);
    await gallery.close();
  });

  it('treats the two Unicode spellings of a name as one person', async () => {
    const gallery = await newGallery();
    await gallery.enroll('Jose\u0301', vector(1));
    await gallery.enroll(' Jos\u00e9 ', vector(2));
    expect(Array.from(gallery.list(), ({ name, templates }) => [name, templates])).toEqual([
      ['Jos\u00e9', 2],
    ]);
    await gallery.close();
  });

  it('takes names up to 512 bytes and refuses longer, empty and broken ones', async () => {
    const gallery = await newGallery();
    const longest = '名'.repeat(170);
    await gallery.enroll(longest, vector(1));
    expect(gallery.get(longest)?.templates).toHaveLength(1);
    for (const name of ['名'.repeat(171), '', '  ', 'a\u0000b', 'a\nb', 'a\ud800'])
      await expect(gallery.enroll(name, vector(1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(gallery.check()).toEqual({ people: 1, templates: 1 });
    await gallery.close();
  });

  it('refuses bad embeddings and changes nothing, also when only the last of several is bad', async () => {
    const gallery = await newGallery();
    const nan = vector(1);
    nan[5] = Number.NaN;
    await expect(gallery.enroll('A', [vector(1), nan])).rejects.toMatchObject({ code: 'EMBEDDING_INVALID' });
    await expect(gallery.enroll('A', new Float32Array(dimension))).rejects.toMatchObject({
      code: 'EMBEDDING_INVALID',
    });
    await expect(gallery.enroll('A', vector(1).subarray(1))).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
    });
    await expect(gallery.enroll('A', [])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(
      gallery.enroll('A', vector(1), { metadata: { huge: 'x'.repeat(70_000) } }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(gallery.check()).toEqual({ people: 0, templates: 0 });
    await gallery.close();
  });

  it('does hundreds at once, each its own transaction', async () => {
    const gallery = await newGallery();
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => gallery.enroll(`P${index % 100}`, vector(index + 1))),
    );
    expect(gallery.check()).toEqual({ people: 100, templates: 300 });
    await gallery.close();
  });
});

describe('search', () => {
  it('gives the nearest people by their best templates, as a plain loop does, also after removals', async () => {
    const gallery = await newGallery();
    const people = Array.from({ length: 40 }, (_, index) => ({
      name: `P${index}`,
      vectors: [1, 2, 3].map(each => vector(10 * index + each)),
    }));
    for (const { name, vectors } of people) await gallery.enroll(name, vectors);
    const expected = (probe: Float32Array, present: typeof people) =>
      present
        .map(({ name, vectors }) => ({
          name,
          similarity: Math.max(...vectors.map(each => cosine(probe, each))),
        }))
        .sort((a, b) => b.similarity - a.similarity);
    const compare = (present: typeof people) => {
      for (let seed = 1000; seed < 1010; seed++) {
        const truth = expected(vector(seed), present);
        const found = gallery.search(vector(seed), { limit: 7 });
        expect(found.map(({ name }) => name)).toEqual(truth.slice(0, 7).map(({ name }) => name));
        for (const [index, { similarity }] of found.entries())
          expect(similarity).toBeCloseTo(truth[index]!.similarity, 5);
        const threshold = truth[3]!.similarity - 1e-4;
        expect(gallery.search(vector(seed), { threshold, limit: 100 })).toHaveLength(4);
        expect(gallery.search(vector(seed), { limit: 1000 })).toHaveLength(present.length);
      }
    };
    compare(people);
    for (let index = 0; index < 40; index += 3) await gallery.remove(`P${index}`);
    compare(people.filter((_, index) => index % 3 !== 0));
    await gallery.close();
  });

  it('names the best template, filters people, and follows renaming', async () => {
    const gallery = await newGallery();
    const [, best] = await gallery.enroll('Ada', [vector(1), vector(2)], { metadata: { team: 'red' } });
    await gallery.enroll('Ben', vector(3), { metadata: { team: 'blue' } });
    expect(gallery.search(vector(2), { limit: 1 })).toMatchObject([{ name: 'Ada', templateId: best }]);
    const blue = gallery.search(vector(2), { filter: ({ metadata }) => metadata?.['team'] === 'blue' });
    expect(blue.map(({ name }) => name)).toEqual(['Ben']);
    const { id } = gallery.get('Ada')!;
    await gallery.rename('Ada', 'Ada Lovelace');
    expect(gallery.search(vector(2), { limit: 1 })).toMatchObject([{ name: 'Ada Lovelace', personId: id }]);
    await gallery.removeTemplate(best!);
    expect(gallery.search(vector(2), { limit: 1, threshold: 0.99 })).toEqual([]);
    expect(gallery.verify('Ada Lovelace', vector(1)).similarity).toBeCloseTo(1, 6);
    await gallery.close();
  });

  it('refuses bad probes and limits', async () => {
    const gallery = await newGallery();
    expect(gallery.search(vector(1))).toEqual([]);
    expect(() => gallery.search(new Float32Array(dimension))).toThrow(
      expect.objectContaining({ code: 'EMBEDDING_INVALID' }),
    );
    expect(() => gallery.search(vector(1).subarray(1))).toThrow(
      expect.objectContaining({ code: 'MODEL_MISMATCH' }),
    );
    expect(() => gallery.search(vector(1), { limit: 0 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
    expect(() => gallery.verify('Nobody', vector(1))).toThrow(
      expect.objectContaining({ code: 'PERSON_NOT_FOUND' }),
    );
    await gallery.close();
    expect(() => gallery.search(vector(1))).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });
});

describe('management', () => {
  it('removes, renames and reports what is not there', async () => {
    const gallery = await newGallery();
    await gallery.enroll('A', vector(1));
    await gallery.enroll('B', vector(2));
    await expect(gallery.rename('A', 'B')).rejects.toMatchObject({ code: 'PERSON_EXISTS' });
    await expect(gallery.rename('C', 'D')).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
    await expect(gallery.remove('C')).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
    await expect(gallery.removeTemplate('x')).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
    await gallery.setMetadata('A', { note: 'new' });
    await gallery.remove('B');
    await gallery.rename('A', 'B');
    expect(gallery.get('B')?.metadata).toEqual({ note: 'new' });
    expect(gallery.get('A')).toBeUndefined();
    expect(gallery.check()).toEqual({ people: 1, templates: 1 });
    await gallery.close();
  });

  it('lists by name in pages', async () => {
    const gallery = await newGallery();
    const names = Array.from({ length: 600 }, (_, index) => `${'东南西北中'[index % 5]}${index}`);
    await Promise.all(names.map((name, index) => gallery.enroll(name, vector(index))));
    const sorted = names.toSorted();
    expect(Array.from(gallery.list(), ({ name }) => name)).toEqual(sorted);
    const page = Array.from(gallery.list({ after: sorted[299]!, limit: 10 }), ({ name }) => name);
    expect(page).toEqual(sorted.slice(300, 310));
    await gallery.close();
  });

  it('refuses another model, a missing model and writing when read only', async () => {
    const gallery = await newGallery();
    await gallery.enroll('A', vector(1));
    await gallery.close();
    const other = { ...model, fingerprint: '0'.repeat(64) };
    await expect(Gallery.open(gallery.folder, { model: other })).rejects.toMatchObject({
      code: 'MODEL_MISMATCH',
    });
    const plain = await Gallery.open(gallery.folder);
    expect(plain.model).toEqual(model);
    await expect(plain.enroll('B', vector(2))).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    expect(() => plain.search(vector(2))).toThrow(expect.objectContaining({ code: 'MODEL_MISMATCH' }));
    await plain.rename('A', 'B');
    await plain.close();
    const fixed = await Gallery.open(gallery.folder, { model, readonly: true });
    expect(fixed.search(vector(1), { limit: 1 })).toMatchObject([{ name: 'B' }]);
    await expect(fixed.enroll('C', vector(3))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await fixed.close();
  });

  it('can be open twice in one process', async () => {
    const one = await newGallery();
    const two = await Gallery.open(one.folder, { model });
    await one.enroll('A', vector(1));
    expect(two.search(vector(1), { limit: 1 })).toMatchObject([{ name: 'A' }]);
    await one.close();
    await two.enroll('B', vector(2));
    expect(two.check()).toEqual({ people: 2, templates: 2 });
    await two.close();
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    dot += value * b[index]!;
    aa += value * value;
    bb += b[index]! * b[index]!;
  }
  return dot / Math.sqrt(aa * bb);
}
