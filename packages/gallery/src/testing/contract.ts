// What every store does, as tests. Not part of the published library.
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Gallery, GalleryModel, GalleryOptions, Person } from '../types.js';
import { collect } from './collect.js';
import { temporaryFolder } from './temporary-folder.js';
import { formulaVector, unit } from './vectors.js';

export interface ContractStore {
  /** Opens the gallery of a place; a place that was not named before is empty. */
  open(place: string, options: GalleryOptions): Promise<Gallery>;
  /** Most that a number of an embedding may change in the store. Default 1e-6. */
  readonly precision?: number;
  /** Whether people are listed in the order of their names. Default true. */
  readonly sorted?: boolean;
}

const dimension = 32;
export const contractModel: GalleryModel = { name: 'formula', dimension, fingerprint: 'f'.repeat(64) };
const vector = (seed: number) => formulaVector(seed, dimension);
let places = 0;

/** Describes the contract of a store. `start` runs once for each test. */
export function describeGalleryContract(label: string, start: () => Promise<ContractStore> | ContractStore) {
  describe(`${label} as a gallery`, () => {
    let store: ContractStore;
    let place = '';
    beforeEach(async () => {
      store = await start();
      place = `contract${places++}`;
    });

    const open = async (options: GalleryOptions = { model: contractModel }, at = place) => {
      const gallery = await store.open(at, options);
      onTestFinished(() => gallery.close());
      return gallery;
    };
    const names = async (gallery: Gallery, options = {}) => {
      const found = (await collect(gallery.list(options))).map(({ name }) => name);
      return store.sorted === false ? found.toSorted() : found;
    };
    const expectClose = (actual: Float32Array | undefined, expected: Float32Array) => {
      expect(actual).toHaveLength(expected.length);
      for (const [index, value] of expected.entries())
        expect(Math.abs((actual?.[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(
          store.precision ?? 1e-6,
        );
    };
    const expectPerson = (actual: Person | undefined, expected: Person) => {
      expect({ ...actual, templates: actual?.templates.map(({ embedding: _, ...rest }) => rest) }).toEqual({
        ...expected,
        templates: expected.templates.map(({ embedding: _, ...rest }) => rest),
      });
      for (const [index, { embedding }] of expected.templates.entries())
        expectClose(actual?.templates[index]?.embedding, embedding);
    };

    it('keeps people over closing and opening, with ids, sources, times, tags and metadata', async () => {
      const gallery = await open();
      const [first] = await gallery.enroll('张伟', vector(1), {
        source: '照片.jpg',
        metadata: { room: 5 },
        tags: ['b', 'a'],
      });
      const more = await gallery.enroll(' 张伟 ', [vector(2), vector(3)], {
        metadata: { floor: 2 },
        tags: ['c'],
      });
      const before = await gallery.get('张伟');
      expect(before).toMatchObject({ name: '张伟', metadata: { room: 5, floor: 2 }, tags: ['a', 'b', 'c'] });
      expect(before?.templates.map(({ id }) => id)).toEqual([first, ...more]);
      expect(before?.templates.map(({ source }) => source)).toEqual(['照片.jpg', undefined, undefined]);
      expect(before?.templates[0]?.model).toBe(contractModel.fingerprint);
      for (const [index, { embedding }] of (before?.templates ?? []).entries())
        expectClose(embedding, unit(vector(index + 1)));
      await gallery.close();

      const again = await open();
      expectPerson(await again.get('张伟'), before!);
      expectPerson(await again.getById(before!.id), before!);
      expect(await again.getById('00000000-0000-4000-8000-000000000000')).toBeUndefined();
      expectPerson(await again.getByTemplate(before!.templates[0]!.id), before!);
      expect(await again.getByTemplate(before!.id)).toBeUndefined();
      expect(await again.get('Nobody')).toBeUndefined();
      expect(again.model).toEqual(contractModel);
      expect(await again.stats()).toMatchObject({ people: 1, templates: 3, model: contractModel });
      expect(await again.check()).toEqual({ people: 1, templates: 3 });
    });

    it('takes the two Unicode spellings of a name as one person, and refuses bad names and tags', async () => {
      const gallery = await open();
      await gallery.enroll('Jose\u0301', vector(1));
      await gallery.enroll(' Jos\u00e9 ', vector(2));
      expect((await gallery.get('Jos\u00e9'))?.templates).toHaveLength(2);
      const longest = '名'.repeat(170);
      await gallery.enroll(longest, vector(3));
      expect((await gallery.get(longest))?.name).toBe(longest);
      for (const name of ['名'.repeat(171), '', '  ', 'a\u0000b', 'a\nb', 'a\ud800'])
        await expect(gallery.enroll(name, vector(1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      for (const tags of [
        [''],
        ['x'.repeat(65)],
        ['a\u0001'],
        Array.from({ length: 65 }, (_, tag) => `t${tag}`),
      ])
        await expect(gallery.enroll('A', vector(1), { tags })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
        });
      expect(await gallery.check()).toEqual({ people: 2, templates: 3 });
    });

    it('refuses bad embeddings and metadata and changes nothing, also when only the last is bad', async () => {
      const gallery = await open();
      const nan = vector(1);
      nan[5] = Number.NaN;
      const cases: [Float32Array | Float32Array[], string][] = [
        [[vector(1), nan], 'EMBEDDING_INVALID'],
        [new Float32Array(dimension), 'EMBEDDING_INVALID'],
        [vector(1).subarray(1), 'MODEL_MISMATCH'],
        [[], 'INVALID_ARGUMENT'],
      ];
      for (const [embeddings, code] of cases)
        await expect(gallery.enroll('A', embeddings)).rejects.toMatchObject({ code });
      const metadata = { huge: 'x'.repeat(70_000) };
      await expect(gallery.enroll('A', vector(1), { metadata })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
      expect(await gallery.check()).toEqual({ people: 0, templates: 0 });
    });

    it('finds the nearest people by best or averaged templates, as a plain loop does, also after removals', async () => {
      const gallery = await open();
      const people = Array.from({ length: 30 }, (_, index) => ({
        name: `P${index}`,
        vectors: [1, 2, 3].map(each => vector(10 * index + each)),
      }));
      for (const { name, vectors } of people) await gallery.enroll(name, vectors);
      const compare = async (present: typeof people) => {
        for (const score of ['best', 'average'] as const) {
          const probes = [1000, 1001, 1002].map(vector);
          const answers = await gallery.searchMany(probes, { limit: 5, score });
          for (const [index, probe] of probes.entries()) {
            const truth = ranked(probe, present, score);
            const found = await gallery.search(probe, { limit: 5, score });
            expect(found.map(({ name }) => name)).toEqual(truth.slice(0, 5).map(({ name }) => name));
            for (const [rank, { similarity }] of found.entries())
              expect(Math.abs(similarity - truth[rank]!.similarity)).toBeLessThan(2e-3);
            expect(answers[index]?.map(({ name }) => name)).toEqual(found.map(({ name }) => name));
            const threshold = (truth[2]!.similarity + truth[3]!.similarity) / 2;
            expect(await gallery.search(probe, { threshold, limit: 100, score })).toHaveLength(3);
          }
        }
        expect(await gallery.search(vector(1000), { limit: 1000 })).toHaveLength(present.length);
      };
      await compare(people);
      for (let index = 0; index < 30; index += 3) await gallery.remove(`P${index}`);
      await compare(people.filter((_, index) => index % 3 !== 0));
    });

    it('names the best template, filters by tags and people, and follows renaming', async () => {
      const gallery = await open();
      const [, best] = await gallery.enroll('Ada', [vector(1), vector(2)], { tags: ['red', 'staff'] });
      await gallery.enroll('Ben', vector(3), { tags: ['blue', 'staff'] });
      await gallery.enroll('Cem', vector(4));
      const found = async (options: object) =>
        (await gallery.search(vector(2), options)).map(({ name }) => name).toSorted();
      expect(await gallery.search(vector(2), { limit: 1 })).toMatchObject([
        { name: 'Ada', templateId: best, tags: ['red', 'staff'] },
      ]);
      expect(await found({ tags: ['staff'] })).toEqual(['Ada', 'Ben']);
      expect(await found({ tags: ['staff', 'blue'] })).toEqual(['Ben']);
      expect(await found({ tags: ['green'] })).toEqual([]);
      expect(await found({ people: ['Cem', 'Ben', 'Nobody'] })).toEqual(['Ben', 'Cem']);
      expect(await found({ people: ['Cem', 'Ben'], tags: ['staff'], score: 'average' })).toEqual(['Ben']);
      expect(await found({ people: [] })).toEqual([]);
      await gallery.setTags('Ben', ['green']);
      expect(await found({ tags: ['staff'] })).toEqual(['Ada']);
      expect(await found({ tags: ['green'] })).toEqual(['Ben']);
      const { id } = (await gallery.get('Ada'))!;
      await gallery.rename('Ada', 'Ada Lovelace');
      expect(await gallery.search(vector(2), { limit: 1 })).toMatchObject([
        { name: 'Ada Lovelace', personId: id },
      ]);
      await gallery.removeTemplate(best!);
      expect(await gallery.search(vector(2), { limit: 1, threshold: 0.99 })).toEqual([]);
      expect((await gallery.verify('Ada Lovelace', vector(1))).similarity).toBeCloseTo(1, 3);
    });

    it('refuses bad probes and options', async () => {
      const gallery = await open();
      expect(await gallery.search(vector(1))).toEqual([]);
      const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
      await fails(gallery.search(new Float32Array(dimension)), 'EMBEDDING_INVALID');
      await fails(gallery.search(vector(1).subarray(1)), 'MODEL_MISMATCH');
      await fails(gallery.search(vector(1), { limit: 0 }), 'INVALID_ARGUMENT');
      await fails(gallery.search(vector(1), { threshold: 2 }), 'INVALID_ARGUMENT');
      await fails(gallery.searchMany([vector(1), vector(2).subarray(1)]), 'MODEL_MISMATCH');
      await fails(gallery.verify('Nobody', vector(1)), 'PERSON_NOT_FOUND');
      await gallery.enroll('A', vector(1));
      const [template] = (await gallery.get('A'))!.templates;
      await gallery.removeTemplate(template!.id);
      await fails(gallery.verify('A', vector(1)), 'PERSON_NOT_FOUND');
      expect(await gallery.search(vector(1))).toEqual([]);
      expect(await gallery.get('A')).toMatchObject({ templates: [] });
    });

    it('removes, renames and merges, and reports what is not there', async () => {
      const gallery = await open();
      const [a] = await gallery.enroll('A', vector(1), { tags: ['x'], metadata: { room: 1, only: 'a' } });
      const [b] = await gallery.enroll('B', vector(2), { tags: ['y'], metadata: { room: 2 } });
      const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toMatchObject({ code });
      await fails(gallery.rename('A', 'B'), 'PERSON_EXISTS');
      await fails(gallery.rename('C', 'D'), 'PERSON_NOT_FOUND');
      await fails(gallery.remove('C'), 'PERSON_NOT_FOUND');
      await fails(gallery.removeTemplate('00000000-0000-4000-8000-000000000000'), 'PERSON_NOT_FOUND');
      await fails(gallery.setTags('C', []), 'PERSON_NOT_FOUND');
      await fails(gallery.setMetadata('C', {}), 'PERSON_NOT_FOUND');
      await fails(gallery.merge('A', 'C'), 'PERSON_NOT_FOUND');
      await fails(gallery.merge('A', 'A'), 'INVALID_ARGUMENT');
      const { id, createdAt } = (await gallery.get('B'))!;
      await gallery.merge('A', 'B');
      expect(await gallery.get('A')).toBeUndefined();
      expect(await gallery.get('B')).toMatchObject({
        id,
        createdAt,
        tags: ['x', 'y'],
        metadata: { room: 2, only: 'a' },
      });
      expect((await gallery.get('B'))?.templates.map(template => template.id).toSorted()).toEqual(
        [a, b].toSorted(),
      );
      expect(await gallery.search(vector(1), { threshold: 0.99 })).toMatchObject([
        { name: 'B', templateId: a },
      ]);
      await gallery.setMetadata('B', { note: 'new' });
      await gallery.setTags('B', []);
      const person = await gallery.get('B');
      expect(person?.metadata).toEqual({ note: 'new' });
      expect(person?.tags).toBeUndefined();
      expect(await gallery.check()).toEqual({ people: 1, templates: 2 });
      await gallery.remove('B');
      expect(await gallery.compact()).toEqual({ people: 0, templates: 0 });
      expect(await gallery.check()).toEqual({ people: 0, templates: 0 });
      await gallery.enroll('B', vector(5));
      expect((await gallery.get('B'))?.id).not.toBe(id);
    });

    it('lists in pages, by tags and by text', async () => {
      const gallery = await open();
      const all = Array.from({ length: 60 }, (_, index) => `${'东南西北中A'[index % 6]}${index}`);
      await gallery.importPeople(
        all.map((name, index) => person(name, [index], index % 6 === 5 ? ['latin'] : undefined)),
      );
      expect(await names(gallery)).toEqual(all.toSorted());
      const seen: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await collect(gallery.list({ limit: 7, ...(after !== undefined && { after }) }));
        if (page.length === 0) break;
        seen.push(...page.map(({ name }) => name));
        after = seen.at(-1);
      }
      expect(seen.toSorted()).toEqual(all.toSorted());
      expect(await names(gallery, { tags: ['latin'] })).toHaveLength(10);
      expect(await names(gallery, { search: 'a5' })).toEqual(['A5', 'A53', 'A59']);
      expect(await names(gallery, { search: '北', tags: ['latin'] })).toEqual([]);
      expect(await names(gallery, { search: '%' })).toEqual([]);
      expect((await collect(gallery.list({ search: '北3', limit: 1 }))).length).toBe(1);
    });

    it('imports in bulk, the same people twice without a change, and knows who was renamed', async () => {
      const gallery = await open();
      const people = Array.from({ length: 50 }, (_, index) =>
        person(`P${index}`, [index, index + 500], index % 2 ? ['odd'] : undefined),
      );
      const progress: number[] = [];
      const counts = await gallery.importPeople(people, { onProgress: done => progress.push(done.people) });
      expect(counts).toEqual({ people: 50, templates: 100 });
      expect(progress.at(-1)).toBe(50);
      expectPerson(await gallery.get('P7'), people[7]!);
      await gallery.rename('P7', 'Seven');
      await gallery.remove('P8');
      async function* again() {
        yield* people;
      }
      expect(await gallery.importPeople(again())).toEqual({ people: 1, templates: 2 });
      expect(await gallery.get('P7')).toBeUndefined();
      expect(await gallery.stats()).toMatchObject({ people: 50, templates: 100 });
      expect(await gallery.search(vector(508), { limit: 1 })).toMatchObject([{ name: 'P8' }]);
      const foreign = { ...people[1]!, templates: [{ ...people[1]!.templates[0]!, model: '0'.repeat(64) }] };
      await expect(gallery.importPeople([foreign])).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
      await expect(gallery.importPeople(people, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'ABORTED',
      });
      expect(await gallery.check()).toEqual({ people: 50, templates: 100 });
    });

    it('brings everything to another gallery by a file', async () => {
      const gallery = await open();
      await gallery.enroll('李娜', [vector(1), vector(2)], {
        source: 'a.jpg',
        metadata: { seat: 3 },
        tags: ['t'],
      });
      await gallery.enroll('Ben', vector(3));
      const file = join(await temporaryFolder(), 'people.jsonl');
      expect(await gallery.export(file)).toEqual({ people: 2, templates: 3 });
      const copy = await open({ create: true }, `${place}copy`);
      expect(await copy.import(file)).toEqual({ people: 2, templates: 3 });
      expect(await copy.import(file)).toEqual({ people: 0, templates: 0 });
      expect(copy.model).toEqual(contractModel);
      for (const name of ['李娜', 'Ben']) expectPerson(await copy.get(name), (await gallery.get(name))!);
    });

    it('refuses another model, a missing model or gallery, and changes when read only or closed', async () => {
      const gallery = await open();
      await gallery.enroll('A', vector(1));
      await gallery.close();
      await expect(gallery.search(vector(1))).rejects.toMatchObject({ code: 'DISPOSED' });
      await expect(gallery.enroll('A', vector(1))).rejects.toMatchObject({ code: 'DISPOSED' });
      const other = { ...contractModel, fingerprint: '0'.repeat(64) };
      await expect(open({ model: other })).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
      await expect(open({}, `${place}none`)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
      const plain = await open({});
      expect(plain.model).toEqual(contractModel);
      await expect(plain.enroll('B', vector(2))).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
      await expect(plain.search(vector(2))).rejects.toMatchObject({ code: 'MODEL_MISMATCH' });
      await plain.rename('A', 'B');
      await plain.close();
      const fixed = await open({ model: contractModel, readonly: true });
      expect(await fixed.search(vector(1), { limit: 1 })).toMatchObject([{ name: 'B' }]);
      const changes = [
        () => fixed.enroll('C', vector(3)),
        () => fixed.remove('B'),
        () => fixed.merge('B', 'C'),
        () => fixed.importPeople([person('D', [4])]),
        () => fixed.compact(),
      ];
      for (const change of changes)
        await expect(change()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    it('keeps two galleries apart, and shows one to all who have it open', async () => {
      const one = await open();
      const two = await open();
      const apart = await open({ model: contractModel }, `${place}apart`);
      await one.enroll('A', vector(1), { tags: ['t'] });
      expect(await two.search(vector(1), { limit: 1 })).toMatchObject([{ name: 'A' }]);
      expect(await apart.search(vector(1))).toEqual([]);
      expect(await apart.get('A')).toBeUndefined();
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).enroll('M', vector(index))),
      );
      await two.merge('A', 'M');
      expect(await one.search(vector(1), { threshold: 0.99, tags: ['t'] })).toMatchObject([{ name: 'M' }]);
      expect((await one.get('M'))?.templates).toHaveLength(21);
      expect(await one.check()).toEqual({ people: 1, templates: 21 });
      expect(await apart.check()).toEqual({ people: 0, templates: 0 });
    });
  });
}

/** A person as another gallery would hold one; everything follows from name and seeds. */
function person(name: string, seeds: readonly number[], tags?: readonly string[]): Person {
  const id = (seed: number) => `${seed.toString(16).padStart(8, '0')}-0000-4000-8000-`;
  const createdAt = '2026-01-02T03:04:05.678Z';
  return {
    id: `${id(seeds[0]!)}00000000000a`,
    name,
    createdAt,
    ...(tags && { tags }),
    templates: seeds.map(seed => ({
      id: `${id(seed)}00000000000b`,
      model: contractModel.fingerprint,
      embedding: unit(vector(seed)),
      source: `${name}.jpg`,
      createdAt,
    })),
  };
}

/** People by similarity, from their vectors. */
function ranked(
  probe: Float32Array,
  people: readonly { name: string; vectors: readonly Float32Array[] }[],
  score: 'best' | 'average',
) {
  const query = unit(probe);
  const dot = (other: Float32Array) => other.reduce((sum, value, index) => sum + value * query[index]!, 0);
  return people
    .map(({ name, vectors }) => {
      const units = vectors.map(unit);
      const mean = Float32Array.from({ length: dimension }, (_, at) =>
        units.reduce((sum, own) => sum + own[at]!, 0),
      );
      return { name, similarity: score === 'best' ? Math.max(...units.map(dot)) : dot(unit(mean)) };
    })
    .sort((a, b) => b.similarity - a.similarity);
}
