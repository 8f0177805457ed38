import { expect, test } from 'vitest';
import { evaluateGallery, evaluateIdentification, type IdentificationItem } from './identification.js';
import { uniformRows } from './testing/formula-embeddings.js';

/** `people` people with `each` images around their own centre. */
function crowd(people: number, each: number, noise: number, seed = 1) {
  const centres = uniformRows(seed, people, 16);
  const noises = uniformRows(seed + 1, people * each, 16);
  const items: IdentificationItem[] = [];
  const embeddings = new Map<string, Float64Array | undefined>();
  for (let i = 0; i < people * each; i++) {
    const person = Math.floor(i / each);
    items.push({ image: `${i}`, person: `p${person}` });
    embeddings.set(
      `${i}`,
      centres[person]!.map((value, d) => value + noise * noises[i]![d]!),
    );
  }
  return { items, embeddings };
}

test('well separated people are all found, and strangers kept out', () => {
  const result = evaluateIdentification({ ...crowd(40, 4, 0.1), fars: [0.1] });
  expect(result).toMatchObject({
    draws: 10,
    gallery: 20,
    matedProbes: 60,
    unknownProbes: 80,
    missedImages: [],
  });
  expect(result.cmc[0]).toEqual({ mean: 1, std: 0 });
  expect(result.dir['1e-1']).toMatchObject({ mean: 1, std: 0 });
});

test('the same seed draws the same galleries, another seed others', () => {
  const set = { ...crowd(40, 3, 1.5), draws: 3 };
  expect(evaluateIdentification(set)).toEqual(evaluateIdentification(set));
  expect(evaluateIdentification({ ...set, seed: 99 }).cmc).not.toEqual(evaluateIdentification(set).cmc);
});

test('hand-made gallery: ranks, CMC and ties against the mate', () => {
  // Everybody has two equal images but c, whose second image looks exactly like a.
  const at = (angle: number) => new Float32Array([Math.cos(angle), Math.sin(angle)]);
  const items = ['a', 'b', 'c'].flatMap(person => [1, 2].map(n => ({ image: `${person}${n}`, person })));
  const embeddings = new Map([['a1', at(0)], ['a2', at(0)], ['b1', at(1)], ['b2', at(1)], ['c1', at(2)], ['c2', at(2)]]); // biome-ignore format: short
  const perfect = evaluateIdentification({ items, embeddings, unknown: 0, draws: 4 });
  expect(perfect.cmc.map(rank => rank.mean)).toEqual([1, 1, 1]);
  expect(perfect.dir).toEqual({});
  const twins = new Map([...embeddings, ['c1', at(0)], ['c2', at(0)]]);
  const tied = evaluateIdentification({ items, embeddings: twins, unknown: 0, draws: 4 });
  // a and c cannot be told apart: a tie is no rank-1 success.
  expect(tied.cmc.map(rank => rank.mean)).toEqual([1 / 3, 1, 1]);
});

test('missed images: a probe without a face and a person without a template are misses at every rank', () => {
  const { items, embeddings } = crowd(4, 2, 0.01);
  const holes = new Map(embeddings).set('0', undefined);
  const result = evaluateIdentification({ items, embeddings: holes, unknown: 0 });
  expect(result.missedImages).toEqual(['0']);
  // Whichever of person 0's two images is enrolled, the search for this person fails.
  expect(result.cmc.every(rank => rank.mean === 0.75)).toBe(true);
});

test('DIR at a false alarm rate equals its definition, draw by draw', () => {
  const set = crowd(30, 3, 1.2);
  const { dir } = evaluateIdentification({ ...set, fars: [0, 0.1, 1], draws: 2 });
  expect(dir['0e+0']!.mean).toBeLessThanOrEqual(dir['1e-1']!.mean);
  const { cmc } = evaluateIdentification({ ...set, fars: [1], draws: 2 });
  // With every alarm allowed only the rank decides.
  expect(dir['1e+0']!.mean).toBeCloseTo(cmc[0]!.mean, 12);
  expect(dir['1e+0']!.threshold).toBe(-1);
});

test('people with a single image are strangers; without anyone to search for there is an error', () => {
  const { items, embeddings } = crowd(10, 2, 0.1);
  const single = [...items, { image: 's', person: 'single' }];
  const result = evaluateIdentification({ items: single, embeddings, unknown: 0.05, draws: 1 });
  expect(result.gallery).toBe(10);
  const lonely = items.filter((_, i) => i % 2 === 0);
  expect(() => evaluateIdentification({ items: lonely, embeddings })).toThrow(
    expect.objectContaining({ code: 'DATASET_INVALID' }),
  );
  for (const wrong of [{ unknown: 1 }, { draws: 0 }, { enrolled: 0 }, { fars: [2] }])
    expect(() => evaluateIdentification({ items, embeddings, ...wrong })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
});

test('a given gallery: who is enrolled is found, who is not can only raise an alarm', () => {
  const at = (angle: number) => new Float32Array([Math.cos(angle), Math.sin(angle)]);
  const embeddings = new Map([['a1', at(0)], ['b1', at(1)], ['a2', at(0.1)], ['b2', at(0.2)], ['x1', at(1.2)]]); // biome-ignore format: short
  const item = (image: string) => ({ image, person: image[0]! });
  const gallery = [item('a1'), item('b1')];
  const probes = [item('a2'), item('b2'), item('x1')];
  const result = evaluateGallery({ gallery, probes, embeddings, fars: [0, 1] });
  expect(result).toMatchObject({ draws: 1, gallery: 2, matedProbes: 2, unknownProbes: 1, missedImages: [] });
  // b2 looks like a: only a2 is found, and both are among the best two.
  expect(result.cmc.map(rank => rank.mean)).toEqual([0.5, 1]);
  expect(result.misidentified).toMatchObject([{ image: 'b2', rank: 2, bestPerson: 'a', bestImage: 'a1' }]);
  expect(result.alarms).toMatchObject([{ image: 'x1', bestPerson: 'b' }]);
  // No alarm allowed: the threshold lies at the stranger's cosine to b, and a2 stands above it.
  expect(result.dir['0e+0']).toMatchObject({ mean: 0.5 });
  expect(result.dir['0e+0']!.threshold).toBeCloseTo(Math.cos(0.2), 6);
  expect(() => evaluateGallery({ gallery, probes: [item('x1')], embeddings })).toThrow(
    expect.objectContaining({ code: 'DATASET_INVALID' }),
  );
});
