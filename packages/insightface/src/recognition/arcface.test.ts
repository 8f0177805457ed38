import { describe, expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { flipImage } from '../image/pixels.js';
import { fakeSession, fakeSpec } from '../testing/fake-session.js';
import type { InputSpec } from '../zoo/manifest.js';
import { cosineSimilarity, createRecognizer, ensemble, flipFusion, fuseScores, normalize } from './index.js';

const input: InputSpec = { size: [8, 8], color: 'rgb', mean: 0, std: 1, layout: 'nchw' };
const spec = fakeSpec('recognition', 'arcface', input);
const code = (name: string) => expect.objectContaining({ code: name });

/** A picture with pixel i of level `seed * i mod 251`. */
const picture = (seed: number, side = 8) =>
  createImage(
    side,
    side,
    Uint8Array.from({ length: side * side * 3 }, (_, i) => (seed * (i + 1)) % 251),
  );

/** Embeds a picture as sums of a fixed pattern: different pictures get different directions. */
function recognizer(length = 4, salt = 1) {
  const session = fakeSession(['n', 3, 8, 8], ['n', length], pixels =>
    Array.from({ length }, (_, k) => pixels.reduce((sum, x, i) => sum + x * Math.sin(salt + i * (k + 1)), 0)),
  );
  return { session, model: createRecognizer(spec, new Map([['model', session]])) };
}

describe('createRecognizer', () => {
  it('reads size and dimension from the graph and embeds crops in order, whole batches at once', async () => {
    const { session, model } = recognizer();
    expect(model.dimension).toBe(4);
    expect(model.inputSize).toBe(8);
    const crops = [1, 2, 3].map(seed => picture(seed));
    const together = await model.embed(crops);
    const alone = await Promise.all(crops.map(async crop => (await model.embed([crop]))[0]));
    expect(together).toEqual(alone);
    expect(session.runs.map(([count]) => count)).toEqual([3, 1, 1, 1]);
    expect(await model.embed([])).toEqual([]);
    // An embedding that is kept must not keep its whole batch.
    expect(together[0]?.buffer.byteLength).toBe(16);
  });

  it('refuses crops of another size', async () => {
    await expect(recognizer().model.embed([picture(1, 9)])).rejects.toThrow(code('INVALID_ARGUMENT'));
  });

  it('refuses numbers that are not finite', async () => {
    const session = fakeSession(['n', 3, 8, 8], ['n', 2], () => [1, Number.NaN]);
    const model = createRecognizer(spec, new Map([['model', session]]));
    await expect(model.embed([picture(1)])).rejects.toThrow(code('EMBEDDING_INVALID'));
  });

  it('refuses unknown families, oblong crops and a dimension the graph does not have', () => {
    const session = fakeSession(['n', 3, 8, 8], ['n', 2], () => [1, 2]);
    const sessions = new Map([['model', session]]);
    expect(() => createRecognizer({ ...spec, family: 'nothing' }, sessions)).toThrow(code('PACK_INVALID'));
    expect(() => createRecognizer({ ...spec, dimension: 512 }, sessions)).toThrow(code('MODEL_INVALID'));
    const oblong = new Map([['model', fakeSession(['n', 3, 8, 6], ['n', 2], () => [1, 2])]]);
    expect(() => createRecognizer({ ...spec, input: { ...input, size: [8, 6] } }, oblong)).toThrow(
      code('MODEL_INVALID'),
    );
  });
});

it('flipFusion adds the embedding of the mirrored crop', async () => {
  const { model } = recognizer();
  const crop = picture(7);
  const [plain] = await model.embed([crop]);
  const [mirrored] = await model.embed([flipImage(crop)]);
  const [sum] = await flipFusion(model).embed([crop]);
  expect(sum).toEqual(plain?.map((value, i) => value + (mirrored?.[i] ?? 0)));
});

describe('ensemble', () => {
  it("has the weighted mean of its members' cosines as its cosine", async () => {
    const first = recognizer(4, 1);
    const second = recognizer(6, 2);
    const joined = ensemble([{ recognizer: first.model, weight: 3 }, { recognizer: second.model }]);
    expect(joined.dimension).toBe(10);
    const crops = [picture(3), picture(11)];
    const cosine = async (model: typeof joined) => {
      const [a, b] = await model.embed(crops);
      return cosineSimilarity(a as Float32Array, b as Float32Array);
    };
    const scores = [await cosine(first.model), await cosine(second.model)];
    expect(Math.abs((scores[0] ?? 0) - (scores[1] ?? 0))).toBeGreaterThan(0.01);
    expect(await cosine(joined)).toBeCloseTo(fuseScores(scores, [3, 1]), 6);
    const [embedding] = await joined.embed(crops);
    expect(normalize(embedding as Float32Array).norm).toBeCloseTo(1, 6);
    await joined.dispose();
    expect([first.session.disposed, second.session.disposed]).toEqual([true, true]);
  });

  it('refuses no members, weights of zero and crops of different sizes', () => {
    const { model } = recognizer();
    expect(() => ensemble([])).toThrow(code('INVALID_ARGUMENT'));
    expect(() => ensemble([{ recognizer: model, weight: 0 }])).toThrow(code('INVALID_ARGUMENT'));
    expect(() => ensemble([{ recognizer: model }, { recognizer: { ...model, inputSize: 128 } }])).toThrow(
      code('INVALID_ARGUMENT'),
    );
  });
});

it('fuseScores weighs alike by default and refuses weights that do not fit', () => {
  expect(fuseScores([0.2, 0.6])).toBeCloseTo(0.4, 12);
  expect(() => fuseScores([0.2, 0.6], [1])).toThrow(code('INVALID_ARGUMENT'));
  expect(() => fuseScores([])).toThrow(code('INVALID_ARGUMENT'));
});
