// Every layout of outputs, on figures whose boxes can be told by hand.
import { describe, expect, it } from 'vitest';
import { createImage } from '../image/image.js';
import { createDetector } from './registry.js';
import { detectorSpec, type FakeOutput, fakeSession, sparse } from './testing/fake-session.js';

const size = { width: 128, height: 64 };

/** One face at column 2, row 1 of the second stride. */
function outputsOf(count: 6 | 9 | 10 | 15, batched: boolean): Record<string, FakeOutput> {
  const strides = count === 6 || count === 9 ? [8, 16, 32] : [8, 16, 32, 64, 128];
  const anchors = strides.length === 3 ? 2 : 1;
  const outputs: Record<string, FakeOutput> = {};
  const groups = count % 3 === 0 && count !== 6 ? [1, 4, 10] : [1, 4];
  for (const columns of groups)
    for (const stride of strides) {
      const wide = Math.ceil(size.width / stride);
      const rows = wide * Math.ceil(size.height / stride) * anchors;
      const row = (1 * wide + 2) * anchors + anchors - 1;
      const figures: Record<number, number> = {};
      if (stride === 16) {
        if (columns === 1) figures[row] = 0.9;
        if (columns === 4)
          for (const [at, value] of [1, 0.5, 2, 1.5].entries()) figures[row * 4 + at] = value;
        if (columns === 10) for (let at = 0; at < 10; at++) figures[row * 10 + at] = at / 10;
      }
      outputs[`${columns}-${stride}`] = sparse(batched ? [1, rows, columns] : [rows, columns], figures);
    }
  return outputs;
}

function detectorOf(outputs: Record<string, FakeOutput>) {
  const session = fakeSession([1, 3, '?', '?'], outputs);
  return { session, detector: createDetector(detectorSpec('scrfd'), new Map([['model', session]])) };
}

describe('scrfd', () => {
  it.each([6, 9, 10, 15] as const)('reads the layout of %i outputs', async count => {
    for (const batched of [false, true]) {
      const { detector, session } = detectorOf(outputsOf(count, batched));
      const [face, ...others] = await detector.detect(createImage(256, 128), { detSize: size });
      expect(session.shown).toEqual([[1, 3, 64, 128]]);
      expect(others).toEqual([]);
      // Centre (32, 16) in the network's picture, which is half as large as the photo.
      expect(face?.bbox).toEqual([32, 16, 128, 80]);
      expect(face?.detScore).toBeCloseTo(0.9, 6);
      if (count === 6 || count === 10) expect(face?.kps).toBeUndefined();
      else
        for (const [index, [x, y]] of (face?.kps ?? []).entries()) {
          expect(x).toBeCloseTo(2 * (32 + index * 2 * 1.6), 4);
          expect(y).toBeCloseTo(2 * (16 + (index * 2 + 1) * 1.6), 4);
        }
    }
  });

  it('refuses graphs with another number of outputs, or outputs of another size', async () => {
    const seven = { ...outputsOf(6, false), extra: sparse([1, 1]) };
    expect(() => detectorOf(seven)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    const wrong = { ...outputsOf(9, false), '4-16': sparse([3, 4]) };
    await expect(
      detectorOf(wrong).detector.detect(createImage(64, 64), { detSize: size }),
    ).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });

  it('refuses grey and flat inputs and a missing file', () => {
    const outputs = outputsOf(9, false);
    for (const dims of [[1, 1, 640, 640], [1, 512], []])
      expect(() =>
        createDetector(detectorSpec('scrfd'), new Map([['model', fakeSession(dims, outputs)]])),
      ).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
    expect(() => createDetector(detectorSpec('scrfd'), new Map())).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });

  it('drops scores that are no numbers', async () => {
    const outputs = outputsOf(9, false);
    const nothing = { ...outputs, '1-16': sparse([64, 1], { 20: Number.NaN, 21: Number.NaN }) };
    expect(await detectorOf(nothing).detector.detect(createImage(64, 64), { detSize: size })).toEqual([]);
  });

  it.each([
    { detSize: { width: 100, height: 64 } },
    { detSize: { width: 0, height: 64 } },
    { detSize: { width: 100_000, height: 64 } },
    { detSize: [] },
    { detThresh: 1.5 },
    { nmsThresh: Number.NaN },
  ])('refuses %j', async options => {
    const { detector } = detectorOf(outputsOf(9, false));
    await expect(detector.detect(createImage(64, 64), options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('stops when it is told to', async () => {
    const { detector, session } = detectorOf(outputsOf(9, false));
    const signal = AbortSignal.abort();
    await expect(detector.detect(createImage(64, 64), { detSize: size, signal })).rejects.toMatchObject({
      code: 'ABORTED',
    });
    expect(session.shown).toEqual([]);
  });
});

it('a family that nobody knows is told from those that are', () => {
  expect(() => createDetector(detectorSpec('toString'), new Map())).toThrow(
    expect.objectContaining({ code: 'PACK_INVALID', message: expect.stringContaining('scrfd') }),
  );
});
