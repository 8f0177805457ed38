import { describe, expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { fakeSession, fakeSpec } from '../testing/fake-session.js';
import type { InputSpec } from '../zoo/manifest.js';
import { createLivenessModel } from './liveness.js';

const input: InputSpec = { color: 'bgr', mean: 0, std: 1, layout: 'nchw' };

describe('fr-liveness', () => {
  it('is the softmax of the first of three logits', async () => {
    const session = fakeSession(['n', 3, 128, 128], ['n', 3], () => [2, 1, -500]);
    const model = createLivenessModel(
      fakeSpec('liveness', 'fr-liveness', input),
      new Map([['model', session]]),
    );
    const [live] = await model.check([{ image: createImage(90, 90), bbox: [30, 30, 60, 60] }]);
    expect(live).toBeCloseTo(Math.E / (Math.E + 1), 6);
  });

  it('never shows the network anything from outside the photo', async () => {
    const dark: number[] = [];
    const session = fakeSession(['n', 3, 128, 128], ['n', 3], pixels => {
      dark.push(pixels.filter(value => value < 255).length);
      return [0, 0, 0];
    });
    const model = createLivenessModel(
      fakeSpec('liveness', 'fr-liveness', input),
      new Map([['model', session]]),
    );
    const image = createImage(200, 100, new Uint8Array(60_000).fill(255));
    const faces = [
      [0, 0, 40, 50],
      [170, 60, 200, 100],
      [10, 5, 190, 99],
      [-8, -6, 30, 40],
    ] as const;
    await model.check(faces.map(bbox => ({ image, bbox })));
    expect(dark).toEqual([0, 0, 0, 0]);
  });
});

it('minifasnet is the softmax of the first of two logits', async () => {
  const session = fakeSession(['n', 3, 128, 128], ['n', 2], () => [3, 1]);
  const model = createLivenessModel(fakeSpec('liveness', 'minifasnet', input), new Map([['model', session]]));
  const [live] = await model.check([{ image: createImage(90, 90), bbox: [30, 30, 60, 60] }]);
  expect(live).toBeCloseTo(1 / (1 + Math.exp(-2)), 6);
});

it('refuses a network with another number of classes', async () => {
  const session = fakeSession(['n', 3, 128, 128], ['n', 4], () => [0, 0, 0, 0]);
  const model = createLivenessModel(fakeSpec('liveness', 'minifasnet', input), new Map([['model', session]]));
  await expect(model.check([{ image: createImage(9, 9), bbox: [1, 1, 8, 8] }])).rejects.toMatchObject({
    code: 'MODEL_INVALID',
  });
});
