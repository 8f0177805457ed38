// What the contract of all stores does not say of the embedded one.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open as openLmdb } from 'lmdb';
import { describe, expect, it } from 'vitest';
import { collect } from '../testing/collect.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { formulaVector, unit } from '../testing/vectors.js';
import type { GalleryModel } from '../types.js';
import { type EmbeddedGallery, openEmbeddedGallery } from './embedded-gallery.js';
import { decodeJson, encodeJson } from './records.js';

const dimension = 64;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const vector = (seed: number) => formulaVector(seed, dimension);

async function newGallery(): Promise<EmbeddedGallery> {
  return openEmbeddedGallery(join(await temporaryFolder(), 'people'), { model });
}

describe('the embedded gallery', () => {
  it('keeps of a recogniser what tells it from others, and nothing else', async () => {
    const folder = join(await temporaryFolder(), 'people');
    const recognizer = { ...model, inputSize: 112, thresholds: { '1e-3': 0.3 } };
    const gallery = await openEmbeddedGallery(folder, { model: recognizer });
    expect(gallery.model).toEqual(model);
    await gallery.close();
  });

  it('does hundreds of enrolments at once, each its own transaction', async () => {
    const gallery = await newGallery();
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => gallery.enroll(`P${index % 100}`, vector(index + 1))),
    );
    expect(await gallery.check()).toEqual({ people: 100, templates: 300 });
    await gallery.close();
  });

  it('gives similarities and embeddings to the last bit', async () => {
    const gallery = await newGallery();
    await gallery.enroll('A', vector(1));
    expect((await gallery.get('A'))?.templates[0]?.embedding).toEqual(unit(vector(1)));
    const [match] = await gallery.search(vector(2));
    const cosine = unit(vector(1)).reduce((sum, value, at) => sum + value * unit(vector(2))[at]!, 0);
    expect(match?.similarity).toBeCloseTo(cosine, 6);
    await gallery.close();
  });

  it('lists hundreds by name', async () => {
    const gallery = await newGallery();
    const names = Array.from({ length: 600 }, (_, index) => `${'东南西北中'[index % 5]}${index}`);
    await Promise.all(names.map((name, index) => gallery.enroll(name, vector(index))));
    const sorted = names.toSorted();
    expect((await collect(gallery.list())).map(({ name }) => name)).toEqual(sorted);
    const page = await collect(gallery.list({ after: sorted[299]!, limit: 10 }));
    expect(page.map(({ name }) => name)).toEqual(sorted.slice(300, 310));
    await gallery.close();
  });

  it('agrees with a plain map through random changes, compacting and reopening', async () => {
    let gallery = await newGallery();
    const truth = new Map<string, { seeds: number[]; tags: Set<string> }>();
    let state = 42;
    const below = (limit: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % limit;
    };
    for (let step = 1; step <= 300; step++) {
      const [name, other] = [`N${below(12)}`, `N${below(12)}`];
      const own = truth.get(name);
      const action = below(8);
      if (action <= 3) {
        const tag = `t${below(3)}`;
        await gallery.enroll(name, vector(step), { tags: [tag] });
        const entry = own ?? { seeds: [], tags: new Set() };
        entry.seeds.push(step);
        entry.tags.add(tag);
        truth.set(name, entry);
      } else if (action === 4 && own) {
        await gallery.remove(name);
        truth.delete(name);
      } else if (action === 5 && own && name !== other && truth.has(other)) {
        await gallery.merge(name, other);
        truth.get(other)!.seeds.push(...own.seeds);
        for (const tag of own.tags) truth.get(other)!.tags.add(tag);
        truth.delete(name);
      } else if (action === 6) await gallery.compact();
      else if (action === 7 && step % 5 === 0) {
        await gallery.close();
        gallery = await openEmbeddedGallery(gallery.location, { model });
      }
      if (step % 15 !== 0) continue;
      const query = unit(vector(1000 + step));
      const cosine = (seed: number) =>
        unit(vector(seed)).reduce((sum, value, at) => sum + value * query[at]!, 0);
      const expected = [...truth]
        .filter(([, { tags }]) => tags.has('t1'))
        .map(([person, { seeds }]) => ({ person, best: Math.max(...seeds.map(cosine)) }))
        .sort((a, b) => b.best - a.best)
        .map(({ person }) => person);
      const found = await gallery.search(query, { tags: ['t1'], limit: 5 });
      expect(found.map(({ name: person }) => person)).toEqual(expected.slice(0, 5));
      const templates = [...truth.values()].reduce((sum, { seeds }) => sum + seeds.length, 0);
      expect(await gallery.check()).toEqual({ people: truth.size, templates });
    }
    await gallery.close();
  });

  it('keeps tenants in folders of their own', async () => {
    const folder = await temporaryFolder();
    const one = await openEmbeddedGallery(folder, { model, tenant: 'one' });
    await one.enroll('A', vector(1));
    await one.close();
    const two = await openEmbeddedGallery(folder, { model, tenant: 'two' });
    expect(await two.search(vector(1))).toEqual([]);
    await two.close();
    expect((await readdir(folder)).toSorted()).toEqual(['one', 'two']);
  });

  it('reads a gallery of format 1, makes it one of format 2 when it may write, and refuses later ones', async () => {
    const gallery = await newGallery();
    await gallery.enroll('A', vector(1));
    await gallery.close();
    const setVersion = async (version: number) => {
      const store = openLmdb<Buffer, string[]>({
        path: gallery.location,
        encoding: 'binary',
        noSubdir: false,
      });
      const header = decodeJson<object>(store.get(['format'])!);
      await store.put(['format'], encodeJson({ ...header, version }));
      // Format 1 counted less.
      const {
        trimmed: _,
        tagChanges: __,
        ...state
      } = decodeJson<Record<string, number>>(store.get(['state'])!);
      if (version === 1) await store.put(['state'], encodeJson(state));
      const written = decodeJson<{ version: number }>(store.get(['format'])!).version;
      await store.close();
      return written;
    };
    await setVersion(1);
    const fixed = await openEmbeddedGallery(gallery.location, { model, readonly: true });
    expect(await fixed.search(vector(1))).toMatchObject([{ name: 'A' }]);
    await fixed.close();
    const again = await openEmbeddedGallery(gallery.location, { model });
    await again.setTags('A', ['t']);
    await again.enroll('B', vector(2));
    await again.remove('B');
    expect(await again.search(vector(1), { tags: ['t'] })).toMatchObject([{ name: 'A' }]);
    expect(await again.check()).toEqual({ people: 1, templates: 1 });
    await again.close();
    await setVersion(3);
    await expect(openEmbeddedGallery(gallery.location, { model })).rejects.toMatchObject({
      code: 'GALLERY_INVALID',
    });
  });
});
