// YuNet: one anchor a cell, score from class and objectness (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector",
// 2023), decoded as OpenCV's FaceDetectorYN does.
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Candidates } from './candidates.js';
import type { Detector, Size, UprightScores } from './detector.js';
import { Network, type Outputs } from './network.js';
import type { FamilyDefaults } from './settings.js';
import { createSingleShot } from './single-shot.js';

const strides = [8, 16, 32];
const kinds = ['cls', 'obj', 'bbox', 'kps'];

/** The small picture finds faces that fill the frame, the large one all others. */
const autoSizes: readonly Size[] = [
  { width: 160, height: 160 },
  { width: 640, height: 640 },
];

const defaults: FamilyDefaults = { detThresh: 0.6, nmsThresh: 0.3 };
/** Measured on LFW, turned: see turned.data.test.ts. */
const upright: UprightScores = { sure: 0.9, margin: 0.4 };

/**
 * A detector of the YuNet family, with the outputs `cls_8` to `kps_32`.
 * @throws InsightFaceError `MODEL_INVALID` when one of the 12 outputs is missing.
 */
export function createYunet(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const network = new Network(spec, sessions);
  for (const kind of kinds)
    for (const stride of strides)
      if (!network.outputs.includes(`${kind}_${stride}`))
        throw network.invalid(`the output ${kind}_${stride} is missing`);
  return createSingleShot(network, { defaults, upright, autoSizes, points: true, decode });
}

function decode(outputs: Outputs, size: Size, scale: number, threshold: number, into: Candidates): void {
  for (const stride of strides) {
    const columns = Math.ceil(size.width / stride);
    const cells = columns * Math.ceil(size.height / stride);
    const classes = outputs.named(`cls_${stride}`, cells, 1);
    const objectness = outputs.named(`obj_${stride}`, cells, 1);
    const boxes = outputs.named(`bbox_${stride}`, cells, 4);
    const points = outputs.named(`kps_${stride}`, cells, 10);
    const unit = stride / scale;
    for (let cell = 0; cell < cells; cell++) {
      const score = Math.sqrt(
        unitInterval(classes[cell] as number) * unitInterval(objectness[cell] as number),
      );
      if (!(score >= threshold)) continue;
      const column = cell % columns;
      const row = Math.floor(cell / columns);
      const x = (column + (boxes[cell * 4] as number)) * unit;
      const y = (row + (boxes[cell * 4 + 1] as number)) * unit;
      const halfWidth = (Math.exp(boxes[cell * 4 + 2] as number) * unit) / 2;
      const halfHeight = (Math.exp(boxes[cell * 4 + 3] as number) * unit) / 2;
      const index = into.add(score, x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
      if (index < 0) continue;
      // The subject's right eye comes first, which is the image's left one: the order is ours already.
      for (let point = 0; point < 5; point++) {
        const at = cell * 10 + point * 2;
        into.setPoint(
          index,
          point,
          (column + (points[at] as number)) * unit,
          (row + (points[at + 1] as number)) * unit,
        );
      }
    }
  }
}

function unitInterval(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
