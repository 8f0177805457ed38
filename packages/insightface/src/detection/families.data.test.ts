// Every family on t1.jpg: the six faces that InsightFace finds, with its points where the family has points.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boxOverlap } from '../evaluation/detection-metrics.js';
import type { Box, FivePoints } from '../geometry.js';
import { openSession } from '../runtime/open.js';
import type { Session } from '../runtime/session.js';
import { dataImage, golden } from '../testing/golden.js';
import { sharedPath } from '../testing/shared-data.js';
import { loadPack, type PackSource } from '../zoo/index.js';
import type { PackManifest } from '../zoo/manifest.js';
import type { Detector } from './detector.js';
import { createDetector } from './registry.js';

interface GoldenFace {
  readonly box: Box;
  readonly points: FivePoints;
}
const truth = golden<{
  images: Record<string, { detections: Record<string, Record<string, GoldenFace[]>> }>;
}>('detection.json').images['insightface-samples/t1.jpg']?.detections['scrfd_2.5g']?.['640'];

const fullRange: PackManifest = {
  name: 'test-blazeface',
  title: 'MediaPipe, full range',
  license: 'Apache-2.0',
  models: [
    {
      name: 'face_detection_full_range',
      task: 'detection',
      family: 'blazeface',
      files: [
        {
          role: 'model',
          file: 'face_detection_full_range.tflite',
          format: 'tflite',
          source: 'npm:@mediapipe/face_detection@0.4.1657300184/face_detection_full_range.tflite',
          sha256: '99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3',
        },
      ],
      input: { color: 'rgb', mean: 127.5, std: 127.5, layout: 'nhwc' },
      license: 'Apache-2.0',
    },
  ],
};

/** A bare file, as a user has it: the router tells its family. */
function bareFile(name: string): ReadonlyMap<string, Uint8Array> {
  return new Map([[name, readFileSync(sharedPath(`weights/${name}`))]]);
}

async function openDetector(source: PackSource): Promise<Detector> {
  const { models } = await loadPack(source, { tasks: ['detection'], onNotice: () => {} });
  const [model] = models;
  if (!model) throw new Error('The pack has no detector.');
  const sessions = new Map<string, Session>();
  for (const [role, bytes] of model.files) sessions.set(role, await openSession(bytes));
  return createDetector(model.spec, sessions);
}

describe.each([
  { name: 'ultralight', source: 'open', points: false },
  { name: 'mtcnn', source: 'open-precise', points: true },
  { name: 'blazeface', source: fullRange, points: false },
  { name: 'yunet', source: bareFile('yunet_n_dynamic.onnx'), points: true },
  { name: 'retinaface', source: bareFile('retinaface_mnet025_640.onnx'), points: true },
  { name: 'scrfd', source: bareFile('scrfd_500m.onnx'), points: true },
])('$name', ({ name, source, points }) => {
  it('finds the six faces of t1.jpg', async () => {
    const detector = await openDetector(source);
    expect(detector.family).toBe(name);
    const found = await detector.detect(await dataImage('insightface-samples/t1.jpg'));
    expect(found.length).toBe(6);
    for (const face of truth ?? []) {
      const same = found.find(({ bbox }) => boxOverlap(bbox, face.box) > 0.4);
      expect(same, `face at ${face.box}`).toBeDefined();
      expect(same?.kps !== undefined).toBe(points);
      const width = face.box[2] - face.box[0];
      for (const [index, [x, y]] of (same?.kps ?? []).entries()) {
        const [trueX = Number.NaN, trueY = Number.NaN] = face.points[index] ?? [];
        expect(Math.hypot(x - trueX, y - trueY)).toBeLessThan(0.16 * width);
      }
    }
    await detector.dispose();
  });
});
