// Parity with the real InsightFace 1.0.1: same faces in the same order on 31 photos, two models, three sizes.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { FivePoints } from '../geometry.js';
import { openSession } from '../runtime/open.js';
import { dataImage, golden } from '../testing/golden.js';
import { sharedPath } from '../testing/shared-data.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Detection, DetectOptions } from './detector.js';
import { createDetector } from './registry.js';
import { type SelectionMetric, selectFaces } from './select.js';

type ScoredBox = [x1: number, y1: number, x2: number, y2: number, score: number];
type Mode = '640' | '320' | 'auto';
interface Face {
  box: [number, number, number, number];
  score: number;
  points: FivePoints;
}
interface Golden {
  models: Record<string, { file: string }>;
  images: Record<string, { detections: Record<string, Record<Mode, Face[]>> }>;
  max_num: Record<string, { max_num: number; metric: SelectionMetric; boxes: ScoredBox[] }[]>;
  thresholds: {
    image: string;
    model: string;
    mode: Mode;
    det_thresh: number;
    nms_thresh: number;
    count: number;
    first_boxes: ScoredBox[];
  }[];
  stages: Record<
    string,
    { model: string; input_size: [number, number]; kept: number; candidates_per_stride: number[] }[]
  >;
}

const truth = golden<Golden>('detection.json');
const sizes: Record<Mode, NonNullable<DetectOptions['detSize']>> = {
  640: { width: 640, height: 640 },
  320: { width: 320, height: 320 },
  auto: 'auto',
};

async function open(model: string) {
  const bytes = readFileSync(sharedPath(`weights/${truth.models[model]?.file}`));
  const spec: ModelSpec = {
    name: model,
    task: 'detection',
    family: 'scrfd',
    files: [],
    input: { color: 'rgb', mean: 127.5, std: 128, layout: 'nchw' },
    license: 'research',
  };
  return createDetector(spec, new Map([['model', await openSession(bytes)]]));
}

const detectors = new Map(
  await Promise.all(Object.keys(truth.models).map(async name => [name, await open(name)] as const)),
);
afterAll(() => Promise.all([...detectors.values()].map(detector => detector.dispose())));

async function detect(model: string, image: string, options: DetectOptions): Promise<Detection[]> {
  const detector = detectors.get(model);
  if (!detector) throw new Error(`No detector ${model}.`);
  return detector.detect(await dataImage(image), options);
}

function expectBox(found: Detection | undefined, box: readonly number[], score: number, where: string): void {
  for (const [at, value] of box.entries())
    expect(Math.abs((found?.bbox[at] ?? Number.NaN) - value), `${where} box ${found?.bbox}`).toBeLessThan(
      0.02,
    );
  expect(Math.abs((found?.detScore ?? Number.NaN) - score), where).toBeLessThan(1e-4);
}

describe.each(Object.keys(truth.models))('%s', model => {
  it.each(Object.keys(truth.images))('finds what InsightFace finds in %s', async image => {
    for (const mode of Object.keys(sizes) as Mode[]) {
      const expected = truth.images[image]?.detections[model]?.[mode] ?? [];
      const found = await detect(model, image, { detSize: sizes[mode] });
      expect(found.length, mode).toBe(expected.length);
      for (const [index, face] of expected.entries()) {
        expectBox(found[index], face.box, face.score, mode);
        for (const [at, [x, y]] of face.points.entries()) {
          const [ourX, ourY] = found[index]?.kps?.[at] ?? [Number.NaN, Number.NaN];
          expect(Math.hypot(ourX - x, ourY - y), `${mode} point ${at}`).toBeLessThan(0.03);
        }
      }
    }
  });
});

describe('options', () => {
  it.each(Object.keys(truth.max_num))('keeps the faces that InsightFace keeps of %s', async name => {
    const image = await dataImage(name);
    const found = await detect('scrfd_500m', name, { detSize: sizes[640] });
    for (const { max_num, metric, boxes } of truth.max_num[name] ?? []) {
      const kept = selectFaces(found, max_num, metric, image);
      expect(kept.length).toBe(boxes.length);
      for (const [index, [x1, y1, x2, y2, score]] of boxes.entries())
        expectBox(kept[index], [x1, y1, x2, y2], score, `${max_num} ${metric}`);
    }
  });

  it.each(truth.thresholds)('obeys $det_thresh and $nms_thresh on $image', async row => {
    const options = { detSize: sizes[row.mode], detThresh: row.det_thresh, nmsThresh: row.nms_thresh };
    const found = await detect(row.model, row.image, options);
    expect(found.length).toBe(row.count);
    for (const [index, [x1, y1, x2, y2, score]] of row.first_boxes.entries())
      expectBox(found[index], [x1, y1, x2, y2], score, `face ${index}`);
  });

  it.each(Object.keys(truth.stages))(
    'has as many candidates before suppression as InsightFace for %s',
    async image => {
      for (const { model, input_size, candidates_per_stride, kept } of truth.stages[image] ?? []) {
        const detSize = { width: input_size[0], height: input_size[1] };
        const all = await detect(model, image, { detSize, nmsThresh: 1 });
        expect(all.length).toBe(candidates_per_stride.reduce((sum, count) => sum + count, 0));
        expect((await detect(model, image, { detSize })).length).toBe(kept);
      }
    },
  );
});
