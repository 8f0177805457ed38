import { expect, test } from 'vitest';
import type { FivePoints } from '../geometry.js';
import { boxOverlap, evaluateDetection, normalisedPointError } from './detection-metrics.js';
import type { DetectionTruth } from './detection-truth.js';

const face = (x: number, size = 40) => ({ bbox: [x, 0, x + size, size] as const });
const found = (x: number, detScore: number, size = 40) => ({ ...face(x, size), detScore });

test('overlap of boxes', () => {
  expect(boxOverlap([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
  expect(boxOverlap([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(1 / 3, 12);
  expect(boxOverlap([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0);
  expect(boxOverlap([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
});

test('average precision of a worked example', () => {
  // Three faces; by falling score: hit, false, hit, false, and one face never found.
  const truth: DetectionTruth[] = [{ image: 'a', faces: [face(0), face(100), face(200)] }];
  const detections = new Map([['a', [found(0, 0.9), found(400, 0.8), found(101, 0.7), found(500, 0.6)]]]);
  const result = evaluateDetection({ truth, detections });
  // Precision 1 up to recall 1/3, then 2/3 up to 2/3.
  expect(result.ap).toBeCloseTo(1 / 3 + (1 / 3) * (2 / 3), 12);
  expect(result).toMatchObject({ faces: 3, found: 2, falsePositives: 2, falsePositivesPerImage: 2 });
  expect(result.recall!.value).toBeCloseTo(2 / 3, 12);
  expect(result.precision!.value).toBe(0.5);
});

test('perfect detections have AP 1; none at all has AP 0', () => {
  const truth: DetectionTruth[] = [
    { image: 'a', faces: [face(0), face(100)] },
    { image: 'b', faces: [face(0)] },
  ];
  const perfect = new Map([
    ['a', [found(0, 0.9), found(100, 0.5)]],
    ['b', [found(0, 0.7)]],
  ]);
  expect(evaluateDetection({ truth, detections: perfect }).ap).toBe(1);
  const none = evaluateDetection({ truth, detections: new Map() });
  expect(none).toMatchObject({
    ap: 0,
    found: 0,
    failedImages: ['a', 'b'],
    precision: null,
    falsePositives: 0,
  });
});

test('a second detection of one face is false; the better one counts', () => {
  const truth: DetectionTruth[] = [{ image: 'a', faces: [face(0)] }];
  const detections = new Map([['a', [found(4, 0.5), found(0, 0.9)]]]);
  const result = evaluateDetection({ truth, detections });
  expect(result).toMatchObject({ found: 1, falsePositives: 1, ap: 1 });
});

test('an ignored face counts neither way', () => {
  const truth: DetectionTruth[] = [{ image: 'a', faces: [face(0), { ...face(100), ignore: true }] }];
  const detections = new Map([['a', [found(100, 0.9), found(100, 0.8), found(0, 0.7)]]]);
  expect(evaluateDetection({ truth, detections })).toMatchObject({
    faces: 1,
    found: 1,
    falsePositives: 0,
    ap: 1,
  });
});

test('the order of equally scored detections does not change AP', () => {
  const truth: DetectionTruth[] = [
    { image: 'a', faces: [face(0)] },
    { image: 'b', faces: [] },
  ];
  const one = new Map([['a', [found(0, 0.5)]], ['b', [found(0, 0.5)]]]); // biome-ignore format: short
  const turned = evaluateDetection({ truth: truth.toReversed(), detections: one });
  expect(turned.ap).toBe(0.5);
  expect(evaluateDetection({ truth, detections: one }).ap).toBe(0.5);
});

test('recall by face size', () => {
  const truth: DetectionTruth[] = [
    { image: 'a', faces: [face(0, 10), face(100, 16), face(200, 31), face(300, 300)] },
  ];
  const detections = new Map([['a', [found(100, 0.9, 16), found(300, 0.9, 300)]]]);
  expect(evaluateDetection({ truth, detections }).recallBySize).toMatchObject([
    { from: 0, to: 16, faces: 1, found: 0, value: 0 },
    { from: 16, to: 32, faces: 2, found: 1, value: 0.5 },
    { from: 256, to: null, faces: 1, found: 1, value: 1 },
  ]);
});

test('point error is told in eye distances', () => {
  const truth: FivePoints = [[0, 0], [40, 0], [20, 20], [5, 40], [35, 40]]; // biome-ignore format: short
  const kps: FivePoints = [[4, 0], [40, 0], [20, 20], [5, 40], [35, 48]]; // biome-ignore format: short
  expect(normalisedPointError(kps, truth).mean).toBeCloseTo((4 / 40 + 8 / 40) / 5, 12);
  const faces = [{ ...face(0), kps: truth }];
  const detections = new Map([['a', [{ ...found(0, 0.9), kps }]]]);
  const { pointError } = evaluateDetection({ truth: [{ image: 'a', faces }], detections });
  expect(pointError).toMatchObject({ faces: 1, failures: 0, mean: expect.closeTo(0.06, 12) });
  expect(pointError!.perPoint).toEqual([0.1, 0, 0, 0, 0.2].map(v => expect.closeTo(v, 12)));
  const same: FivePoints = [[1, 1], [1, 1], [1, 1], [1, 1], [1, 1]]; // biome-ignore format: short
  expect(normalisedPointError(same, same).mean).toBeNaN();
});

test('bad input is refused', () => {
  const code = (value: string) => expect.objectContaining({ code: value });
  const truth: DetectionTruth[] = [{ image: 'a', faces: [] }];
  expect(() => evaluateDetection({ truth: [...truth, ...truth], detections: new Map() })).toThrow(
    code('DATASET_INVALID'),
  );
  expect(() => evaluateDetection({ truth, detections: new Map(), iou: 0 })).toThrow(code('INVALID_ARGUMENT'));
  expect(() => evaluateDetection({ truth, detections: new Map([['a', [found(0, Number.NaN)]]]) })).toThrow(
    code('INVALID_ARGUMENT'),
  );
});
