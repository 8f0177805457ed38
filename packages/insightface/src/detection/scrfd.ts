// SCRFD: one or two anchors a cell, boxes as distances from the cell's corner (Guo et al., "Sample and Computation
// Redistribution for Efficient Face Detection", 2021), decoded as InsightFace's model_zoo/scrfd.py does.
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Candidates } from './candidates.js';
import type { Detector, Size, UprightScores } from './detector.js';
import { Network, type Outputs } from './network.js';
import type { FamilyDefaults } from './settings.js';
import { createSingleShot } from './single-shot.js';

/** Kinds of graphs, by number of outputs: all scores, all boxes, then all points, each by rising stride. */
const layouts: Readonly<Record<number, { strides: readonly number[]; anchors: number; points: boolean }>> = {
  6: { strides: [8, 16, 32], anchors: 2, points: false },
  9: { strides: [8, 16, 32], anchors: 2, points: true },
  10: { strides: [8, 16, 32, 64, 128], anchors: 1, points: false },
  15: { strides: [8, 16, 32, 64, 128], anchors: 1, points: true },
};

/** The small picture finds faces that fill the frame, the large one all others. */
const autoSizes: readonly Size[] = [
  { width: 128, height: 128 },
  { width: 640, height: 640 },
];

const defaults: FamilyDefaults = { detThresh: 0.5, nmsThresh: 0.4 };
/** Measured on LFW, turned: see turned.data.test.ts. */
const upright: UprightScores = { sure: 0.75, margin: 0.5 };

/**
 * A detector of the SCRFD family.
 * @throws InsightFaceError `MODEL_INVALID` when the graph has another number of outputs.
 */
export function createScrfd(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const network = new Network(spec, sessions);
  const layout = layouts[network.outputs.length];
  if (!layout) throw network.invalid(`it has ${network.outputs.length} outputs instead of 6, 9, 10 or 15`);
  const { strides, anchors, points } = layout;

  function decode(outputs: Outputs, size: Size, scale: number, threshold: number, into: Candidates): void {
    for (const [level, stride] of strides.entries()) {
      const output = (group: number) => network.outputs[group * strides.length + level] ?? '';
      const columns = Math.ceil(size.width / stride);
      const rows = columns * Math.ceil(size.height / stride) * anchors;
      const scores = outputs.named(output(0), rows, 1);
      const boxes = outputs.named(output(1), rows, 4);
      const offsets = points ? outputs.named(output(2), rows, 10) : undefined;
      const unit = stride / scale;
      for (let row = 0; row < rows; row++) {
        const score = scores[row] as number;
        if (!(score >= threshold)) continue;
        const cell = Math.floor(row / anchors);
        const x = cell % columns;
        const y = Math.floor(cell / columns);
        const index = into.add(
          score,
          (x - (boxes[row * 4] as number)) * unit,
          (y - (boxes[row * 4 + 1] as number)) * unit,
          (x + (boxes[row * 4 + 2] as number)) * unit,
          (y + (boxes[row * 4 + 3] as number)) * unit,
        );
        if (!offsets || index < 0) continue;
        for (let point = 0; point < 5; point++) {
          const at = row * 10 + point * 2;
          into.setPoint(
            index,
            point,
            (x + (offsets[at] as number)) * unit,
            (y + (offsets[at + 1] as number)) * unit,
          );
        }
      }
    }
  }

  return createSingleShot(network, { defaults, upright, autoSizes, points, decode });
}
