// BlazeFace as MediaPipe ships it: anchors of one size on one or two grids (Bazarevsky et al., "BlazeFace: Sub-millisecond
// Neural Face Detection on Mobile GPUs", 2019). Its six points have no mouth corners, so no five points come of it.
import type { Session, Tensor } from '../runtime/session.js';
import type { ModelSpec } from '../zoo/manifest.js';
import type { Candidates } from './candidates.js';
import type { Detector, Size, UprightScores } from './detector.js';
import { Network, type Outputs } from './network.js';
import type { FamilyDefaults } from './settings.js';
import { createSingleShot } from './single-shot.js';

interface Grid {
  readonly cells: number;
  readonly anchors: number;
}

/** Grids by number of anchors: short range and back have two, full range has one. */
const grids: Readonly<Record<number, readonly Grid[]>> = {
  896: [
    { cells: 16, anchors: 2 },
    { cells: 8, anchors: 6 },
  ],
  2304: [{ cells: 48, anchors: 1 }],
};
/** Four numbers of the box, two of each of six points. */
const boxColumns = 16;

const defaults: FamilyDefaults = { detThresh: 0.5, nmsThresh: 0.3 };
/** Measured on LFW, turned: see turned.data.test.ts. */
const upright: UprightScores = { sure: 0.89, margin: 0.3 };

/**
 * A detector of the BlazeFace family. Scores and boxes may be one output of 17 columns, or outputs of 1 and 16 columns,
 * split by grid or not.
 * @throws InsightFaceError `MODEL_INVALID` when the graph does not fix the size of its picture.
 */
export function createBlazeface(spec: ModelSpec, sessions: ReadonlyMap<string, Session>): Detector {
  const network = new Network(spec, sessions);
  const { fixedSize } = network;
  if (!fixedSize) throw network.invalid('the size of its picture is not fixed');

  return createSingleShot(network, {
    defaults,
    upright,
    autoSizes: [fixedSize],
    points: false,
    decode(outputs, size, scale, threshold, into) {
      const answer = readAnswer(network, outputs);
      const layout = grids[answer.rows];
      if (!layout) throw network.invalid(`it has ${answer.rows} anchors instead of 896 or 2304`);
      decode(answer, layout, size, scale, threshold, into);
    },
  });
}

interface Answer {
  readonly rows: number;
  /** Logit of a row. */
  score(row: number): number;
  /** Number `column` of the 16 of a row. */
  box(row: number, column: number): number;
}

function readAnswer(network: Network, outputs: Outputs): Answer {
  const tensors = outputs.all();
  const [joined] = withColumns(tensors, boxColumns + 1);
  if (joined) {
    const { data } = joined;
    const rows = data.length / (boxColumns + 1);
    return {
      rows,
      score: row => data[row * (boxColumns + 1)] as number,
      box: (row, column) => data[row * (boxColumns + 1) + 1 + column] as number,
    };
  }
  const scores = joinedData(withColumns(tensors, 1));
  const boxes = joinedData(withColumns(tensors, boxColumns));
  if (boxes.length !== scores.length * boxColumns)
    throw network.invalid(`it has ${scores.length} scores and ${boxes.length / boxColumns} boxes`);
  return {
    rows: scores.length,
    score: row => scores[row] as number,
    box: (row, column) => boxes[row * boxColumns + column] as number,
  };

  function joinedData(parts: readonly Tensor[]): Float32Array {
    const values = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
    let at = 0;
    for (const { data } of parts) {
      values.set(data, at);
      at += data.length;
    }
    return values;
  }
}

/** Outputs with so many columns, those of the finer grid first. */
function withColumns(tensors: readonly Tensor[], columns: number): Tensor[] {
  return tensors.filter(({ dims }) => dims.at(-1) === columns).sort((a, b) => b.data.length - a.data.length);
}

function decode(
  answer: Answer,
  layout: readonly Grid[],
  size: Size,
  scale: number,
  threshold: number,
  into: Candidates,
): void {
  let first = 0;
  for (const { cells, anchors } of layout) {
    const end = first + cells * cells * anchors;
    for (let row = first; row < end; row++) {
      const score = 1 / (1 + Math.exp(-answer.score(row)));
      if (!(score >= threshold)) continue;
      const cell = Math.floor((row - first) / anchors);
      const x = ((cell % cells) + 0.5) * (size.width / cells) + answer.box(row, 0);
      const y = (Math.floor(cell / cells) + 0.5) * (size.height / cells) + answer.box(row, 1);
      const halfWidth = answer.box(row, 2) / 2;
      const halfHeight = answer.box(row, 3) / 2;
      into.add(
        score,
        (x - halfWidth) / scale,
        (y - halfHeight) / scale,
        (x + halfWidth) / scale,
        (y + halfHeight) / scale,
      );
    }
    first = end;
  }
}
