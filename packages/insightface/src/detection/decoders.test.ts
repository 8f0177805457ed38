// Each family decodes what its published formula encodes: known faces are encoded into the network's figures here.
import { describe, expect, it } from 'vitest';
import type { Box, Point } from '../geometry.js';
import { createImage } from '../image/image.js';
import { createDetector } from './registry.js';
import { detectorSpec, type FakeOutput, fakeSession, sparse } from './testing/fake-session.js';

const box: Box = [100, 120, 180, 220];
const points: readonly Point[] = [
  [120, 150],
  [160, 152],
  [140, 175],
  [125, 195],
  [158, 196],
];

function expectFace(face: { bbox: Box; kps?: readonly Point[] } | undefined, withPoints: boolean): void {
  for (const [at, value] of box.entries()) expect(face?.bbox[at]).toBeCloseTo(value, 3);
  if (!withPoints) expect(face?.kps).toBeUndefined();
  else
    for (const [index, [x, y]] of points.entries()) {
      expect(face?.kps?.[index]?.[0]).toBeCloseTo(x, 3);
      expect(face?.kps?.[index]?.[1]).toBeCloseTo(y, 3);
    }
}

const [width, height] = [box[2] - box[0], box[3] - box[1]];
const [centerX, centerY] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];

describe('retinaface', () => {
  const side = 640;
  const rows = 2 * (80 * 80 + 40 * 40 + 20 * 20);
  // The cell of stride 16 at column 8, row 10, second prior: 128 pixels wide about (136, 168).
  const row = 2 * 80 * 80 + (10 * 40 + 8) * 2 + 1;
  const [priorX, priorY, priorSide] = [8.5 * 16, 10.5 * 16, 128];
  const figures = {
    boxes: sparse([1, rows, 4], {
      [row * 4]: (centerX - priorX) / (0.1 * priorSide),
      [row * 4 + 1]: (centerY - priorY) / (0.1 * priorSide),
      [row * 4 + 2]: Math.log(width / priorSide) / 0.2,
      [row * 4 + 3]: Math.log(height / priorSide) / 0.2,
    }),
    scores: sparse([1, rows, 2], { [row * 2]: 0.1, [row * 2 + 1]: 0.9 }),
    points: sparse(
      [1, rows, 10],
      Object.fromEntries(
        points.flatMap(([x, y], at) => [
          [row * 10 + 2 * at, (x - priorX) / (0.1 * priorSide)],
          [row * 10 + 2 * at + 1, (y - priorY) / (0.1 * priorSide)],
        ]),
      ),
    ),
  };

  it('adds offsets to its priors', async () => {
    const session = fakeSession([1, 3, side, side], figures);
    const detector = createDetector(detectorSpec('retinaface'), new Map([['model', session]]));
    const faces = await detector.detect(createImage(side, side));
    expect(faces.length).toBe(1);
    expectFace(faces[0], true);
    await expect(
      detector.detect(createImage(9, 9), { detSize: { width: 320, height: 320 } }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses a network with other priors', async () => {
    const session = fakeSession([1, 3, 320, 320], figures);
    const detector = createDetector(detectorSpec('retinaface'), new Map([['model', session]]));
    await expect(detector.detect(createImage(9, 9))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

describe('yunet', () => {
  const outputs: Record<string, FakeOutput> = {};
  for (const stride of [8, 16, 32]) {
    const cells = (640 / stride) ** 2;
    const [column, line] = [8, 10];
    const cell = line * (640 / stride) + column;
    const here = stride === 16;
    outputs[`cls_${stride}`] = sparse([1, cells, 1], here ? { [cell]: 0.81 } : {});
    outputs[`obj_${stride}`] = sparse([1, cells, 1], here ? { [cell]: 1.2 } : {});
    outputs[`bbox_${stride}`] = sparse([1, cells, 4], {
      [cell * 4]: centerX / stride - column,
      [cell * 4 + 1]: centerY / stride - line,
      [cell * 4 + 2]: Math.log(width / stride),
      [cell * 4 + 3]: Math.log(height / stride),
    });
    outputs[`kps_${stride}`] = sparse(
      [1, cells, 10],
      Object.fromEntries(
        points.flatMap(([x, y], at) => [
          [cell * 10 + 2 * at, x / stride - column],
          [cell * 10 + 2 * at + 1, y / stride - line],
        ]),
      ),
    );
  }

  it('takes the root of class and objectness', async () => {
    const session = fakeSession(['batch', 3, 'height', 'width'], outputs);
    const detector = createDetector(detectorSpec('yunet'), new Map([['model', session]]));
    const faces = await detector.detect(createImage(640, 640), { detSize: { width: 640, height: 640 } });
    expect(faces.length).toBe(1);
    expect(faces[0]?.detScore).toBeCloseTo(0.9, 5);
    expectFace(faces[0], true);
  });

  it('refuses a network that lacks an output', () => {
    const { kps_32: _, ...others } = outputs;
    const session = fakeSession(['batch', 3, 'height', 'width'], others);
    expect(() => createDetector(detectorSpec('yunet'), new Map([['model', session]]))).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID' }),
    );
  });
});

describe('blazeface', () => {
  const side = 256;
  // The second grid, 8x8 with 6 anchors: column 4, row 5, whose centre is (144, 176).
  const row = 16 * 16 * 2 + (5 * 8 + 4) * 6 + 3;
  const numbers = [centerX - 4.5 * 32, centerY - 5.5 * 32, width, height];
  const at = (first: number) => Object.fromEntries(numbers.map((value, index) => [first + index, value]));
  const split = 512;
  const forms: Record<string, Record<string, FakeOutput>> = {
    'scores and boxes apart': {
      regressors: sparse([1, 896, 16], at(row * 16)),
      classificators: sparse([1, 896, 1], { [row]: 2 }, -20),
    },
    'one output of 17 columns': { output: sparse([1, 896, 17], { [row * 17]: 2, ...at(row * 17 + 1) }, -20) },
    'two outputs for each grid': {
      scoresCoarse: sparse([1, 384, 1], { [row - split]: 2 }, -20),
      scoresFine: sparse([1, 512, 1], {}, -20),
      boxesCoarse: sparse([1, 384, 16], at((row - split) * 16)),
      boxesFine: sparse([1, 512, 16]),
    },
  };

  it.each(Object.keys(forms))('reads %s', async form => {
    const session = fakeSession(['batch', side, side, 3], forms[form] ?? {});
    const detector = createDetector(detectorSpec('blazeface', 'nhwc'), new Map([['model', session]]));
    const faces = await detector.detect(createImage(side, side));
    expect(faces.length).toBe(1);
    expect(faces[0]?.detScore).toBeCloseTo(1 / (1 + Math.exp(-2)), 5);
    expectFace(faces[0], false);
  });

  it('refuses another number of anchors', async () => {
    const outputs = { regressors: sparse([1, 100, 16]), classificators: sparse([1, 100, 1]) };
    const session = fakeSession(['batch', side, side, 3], outputs);
    const detector = createDetector(detectorSpec('blazeface', 'nhwc'), new Map([['model', session]]));
    await expect(detector.detect(createImage(9, 9))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});

describe('ultralight', () => {
  const boxes = sparse([1, 10, 4], { 12: 0.25, 13: 0.5, 14: 0.5, 15: 0.75 });
  const session = () => fakeSession([1, 3, 240, 320], { scores: sparse([1, 10, 2], { 7: 0.9 }), boxes });

  it('scales corners to the photo', async () => {
    const network = session();
    const detector = createDetector(detectorSpec('ultralight'), new Map([['model', network]]));
    const [face] = await detector.detect(createImage(1280, 960));
    expect(face?.bbox).toEqual([320, 480, 640, 720]);
    expect(network.shown.length).toBe(1);
  });

  it('sees a larger size in tiles as well', async () => {
    const network = session();
    const detector = createDetector(detectorSpec('ultralight'), new Map([['model', network]]));
    await detector.detect(createImage(1280, 960), { detSize: { width: 640, height: 480 } });
    expect(network.shown.length).toBe(1 + 9);
  });

  it('refuses boxes that do not belong to the scores', async () => {
    const outputs = { scores: sparse([1, 9, 2]), boxes };
    const detector = createDetector(
      detectorSpec('ultralight'),
      new Map([['model', fakeSession([1, 3, 240, 320], outputs)]]),
    );
    await expect(detector.detect(createImage(9, 9))).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });
});
