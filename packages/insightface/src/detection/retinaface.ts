// RetinaFace with prior boxes: offsets in units of each prior, variances 0.1 and 0.2 (Deng et al., "RetinaFace:
// Single-Shot Multi-Level Face Localisation in the Wild", 2019), as the widespread PyTorch version exports it.
import type { Session } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Candidates } from './candidates.js';
import type { Detector, Size, UprightScores } from './detector.js';
import { Network, type Outputs } from './network.js';
import type { FamilyDefaults } from './settings.js';
import { createSingleShot } from './single-shot.js';

/** Two square priors at each cell, in pixels, by stride. */
const levels = [
  { stride: 8, sides: [16, 32] },
  { stride: 16, sides: [64, 128] },
  { stride: 32, sides: [256, 512] },
] as const;
const centerVariance = 0.1;
const sizeVariance = 0.2;

const autoSizes: readonly Size[] = [{ width: 640, height: 640 }];

const defaults: FamilyDefaults = { detThresh: 0.5, nmsThresh: 0.4 };
/** Measured on LFW, turned: see turned.data.test.ts. */
const upright: UprightScores = { sure: 0.9997, margin: 1.5 };

/**
 * A detector of the RetinaFace family: outputs `[1, N, 4]` boxes, `[1, N, 2]` scores (no face, face), `[1, N, 10]` points.
 * @throws InsightFaceError `MODEL_INVALID` when the graph has another number of outputs.
 */
export function createRetinaface(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const network = new Network(spec, sessions);
  if (network.outputs.length !== 3)
    throw network.invalid(`it has ${network.outputs.length} outputs instead of 3`);
  return createSingleShot(network, { defaults, upright, autoSizes, points: true, decode });
}

function decode(outputs: Outputs, size: Size, scale: number, threshold: number, into: Candidates): void {
  const grid = levels.map(({ stride }) => ({
    columns: Math.ceil(size.width / stride),
    rows: Math.ceil(size.height / stride),
  }));
  const priors = grid.reduce((sum, { columns, rows }) => sum + columns * rows * 2, 0);
  const scores = outputs.withColumns(2, priors);
  const boxes = outputs.withColumns(4, priors);
  const points = outputs.withColumns(10, priors);
  let first = 0;
  for (const [level, { stride, sides }] of levels.entries()) {
    const { columns, rows } = grid[level] ?? { columns: 0, rows: 0 };
    const end = first + columns * rows * 2;
    for (let prior = first; prior < end; prior++) {
      const score = scores[prior * 2 + 1] as number;
      if (!(score >= threshold)) continue;
      const cell = (prior - first) >> 1;
      const side = sides[(prior - first) & 1] as number;
      const centerX = ((cell % columns) + 0.5) * stride;
      const centerY = (Math.floor(cell / columns) + 0.5) * stride;
      const shift = centerVariance * side;
      const x = centerX + (boxes[prior * 4] as number) * shift;
      const y = centerY + (boxes[prior * 4 + 1] as number) * shift;
      const halfWidth = (side * Math.exp((boxes[prior * 4 + 2] as number) * sizeVariance)) / 2;
      const halfHeight = (side * Math.exp((boxes[prior * 4 + 3] as number) * sizeVariance)) / 2;
      const index = into.add(
        score,
        (x - halfWidth) / scale,
        (y - halfHeight) / scale,
        (x + halfWidth) / scale,
        (y + halfHeight) / scale,
      );
      if (index < 0) continue;
      for (let point = 0; point < 5; point++) {
        const at = prior * 10 + point * 2;
        into.setPoint(
          index,
          point,
          (centerX + (points[at] as number) * shift) / scale,
          (centerY + (points[at + 1] as number) * shift) / scale,
        );
      }
    }
    first = end;
  }
}
