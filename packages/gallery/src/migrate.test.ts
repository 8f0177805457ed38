import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEmbeddedGallery } from './embedded/embedded-gallery.js';
import { openKeyRing } from './encryption/open-key-ring.js';
import { migrate } from './migrate.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import { formulaVector } from './testing/vectors.js';
import type { Gallery, GalleryModel, Person } from './types.js';

const dimension = 32;
const model: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const vector = (seed: number) => formulaVector(seed, dimension);

async function filled() {
  const folder = await temporaryFolder();
  const from = await openEmbeddedGallery(join(folder, 'from'), { model });
  for (let seed = 0; seed < 1100; seed += 2)
    await from.importPeople([
      {
        id: `${seed.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
        name: `张${seed}`,
        createdAt: '2026-01-02T03:04:05.678Z',
        metadata: { b: seed, a: { d: 1, c: 2 } },
        tags: ['t'],
        templates: [],
      },
    ]);
  for (let seed = 0; seed < 1100; seed += 2) await from.enroll(`张${seed}`, [vector(seed), vector(seed + 1)]);
  return { from, open: (name: string) => openEmbeddedGallery(join(folder, name), { model }), folder };
}

describe('migrate', () => {
  it('moves everybody there and back, and digests alike', async () => {
    const { from, open, folder } = await filled();
    const encryption = await openKeyRing({ keys: [Buffer.alloc(32, 3).toString('base64')] });
    const sealed = await openEmbeddedGallery(join(folder, 'sealed'), { model, encryption });
    const progress: number[] = [];
    const there = await migrate(from, sealed, { onProgress: ({ people }) => progress.push(people) });
    expect(there).toMatchObject({ people: 550, templates: 1100, rounded: 0 });
    expect(progress.at(-1)).toBe(550);
    const back = await open('back');
    const again = await migrate(sealed, back);
    expect(again).toMatchObject({ people: 550, templates: 1100, rounded: 0 });
    expect(await back.get('张6')).toEqual(await from.get('张6'));
    const third = await open('third');
    expect((await migrate(back, third)).digest).toBe(there.digest);
    for (const gallery of [from, sealed, back, third]) await gallery.close();
  });

  it('goes on where it was cut off, and refuses a target that holds others', async () => {
    const { from, open } = await filled();
    const to = await open('to');
    const controller = new AbortController();
    await expect(
      migrate(from, to, { signal: controller.signal, onProgress: () => controller.abort() }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    const { people } = await to.stats();
    expect(people).toBeGreaterThan(0);
    expect(people).toBeLessThanOrEqual(550);
    await expect(migrate(from, to)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await migrate(from, to, { resume: true })).toMatchObject({ people: 550, templates: 1100 });
    await to.enroll('Stranger', vector(5000));
    await expect(migrate(from, to, { resume: true })).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await from.close();
    await to.close();
  });

  it('finds a template that changed on the way, and counts rounded ones', async () => {
    const { from, open } = await filled();
    const to = await open('to');
    await migrate(from, to);
    const changing = (change: (value: number) => number): Gallery =>
      new Proxy(to, {
        get(target, name) {
          if (name === 'getById')
            return async (id: string): Promise<Person | undefined> => {
              const person = await target.getById(id);
              const [first, ...others] = person?.templates ?? [];
              if (!person || !first) return person;
              return {
                ...person,
                templates: [{ ...first, embedding: first.embedding.map(change) }, ...others],
              };
            };
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    const halves = await migrate(
      from,
      changing(value => Math.round(value * 1024) / 1024),
      { resume: true },
    );
    expect(halves).toMatchObject({ rounded: 550, templates: 1100 });
    await expect(
      migrate(
        from,
        changing(value => value + 0.01),
        { resume: true },
      ),
    ).rejects.toMatchObject({ code: 'GALLERY_INVALID' });
    await expect(
      migrate(
        from,
        await openEmbeddedGallery(join(await temporaryFolder(), 'other'), {
          model: { ...model, fingerprint: '0'.repeat(64) },
        }),
      ),
    ).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
    await from.close();
    await to.close();
  });
});
