// Class centres: one row (or several) per class, N(0, 0.01) at first, and their similarity with embeddings.
import { nn, noGrad, ops, randn, type Tensor, tidy, zeros } from '@insightface-ts/torch';
import type { MarginLoss } from '../losses/margin-loss.js';
import type { ClassRange } from './class-shards.js';

const DEVIATION = 0.01;
const LEAST_NORM = 1e-12;
// Rows drawn at once: the numbers of a row then do not depend on how the rows are shared out.
const BLOCK = 4096;

/** Centres of `range` out of `classes`, `[count * perClass, embeddingSize]`; all ranks draw the same random numbers. */
export function createCentres(
  classes: number,
  range: ClassRange,
  perClass: number,
  embeddingSize: number,
): Tensor {
  const first = range.start * perClass;
  const last = first + range.count * perClass;
  const centres = zeros([last - first, embeddingSize]);
  noGrad(() => {
    for (let row = 0; row < classes * perClass; row += BLOCK)
      tidy(() => {
        const block = randn([Math.min(BLOCK, classes * perClass - row), embeddingSize]);
        const from = Math.max(first, row);
        const count = Math.min(last, row + block.shape[0]!) - from;
        if (count <= 0) return;
        const own = ops.mul(ops.narrow(block, 0, from - row, count), DEVIATION);
        ops.copy_(ops.narrow(centres, 0, from - first, count), own);
      });
  });
  return nn.parameter(centres);
}

/** Similarity of each embedding with each class, and the embeddings' lengths. */
export interface Similarities {
  /** `[B, C]`, cosines in [-1, 1] or dot products, as the loss takes them. */
  readonly cosines: Tensor;
  /** `[B]`. */
  readonly norms: Tensor;
}

/** @param embeddings `[B, D]`; @param centres `[C * centresPerClass, D]`. */
export function similaritiesOf(embeddings: Tensor, centres: Tensor, loss: MarginLoss): Similarities {
  const lengths = ops.linalgVectorNorm(embeddings, 2, [1], true);
  const all =
    loss.similarity === 'dot'
      ? ops.linear(embeddings, centres)
      : ops.clamp(ops.linear(divide(embeddings, lengths), unit(centres)), -1, 1);
  return { cosines: nearestCentre(all, loss.centresPerClass), norms: ops.flatten(lengths) };
}

function nearestCentre(all: Tensor, perClass: number): Tensor {
  if (perClass === 1) return all;
  const [batch = 0, rows = 0] = all.shape;
  const [nearest] = ops.maxAlong(ops.reshape(all, [batch, rows / perClass, perClass]), 2);
  return nearest;
}

function unit(rows: Tensor): Tensor {
  return divide(rows, ops.linalgVectorNorm(rows, 2, [1], true));
}

function divide(rows: Tensor, lengths: Tensor): Tensor {
  return ops.div(rows, ops.clampMin(lengths, LEAST_NORM));
}
