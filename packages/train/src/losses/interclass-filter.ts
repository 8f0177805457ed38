// Inter-class filtering for noisy labels (InsightFace, recognition/arcface_torch): a foreign class whose centre is too near is likely
// the same person under another name; its cosine becomes 0, with no gradient.
import { ops, type Tensor } from '@insightface-ts/torch';
import { ownClassMask } from './own-class.js';

/** `[B, C]` cosines; those of foreign classes above the threshold are 0. */
export function filterInterclass(cosines: Tensor, labels: Tensor, threshold: number): Tensor {
  const tooNear = ops.gt(cosines, threshold);
  const foreign = ops.logicalNot(ownClassMask(cosines, labels));
  return ops.maskedFill(cosines, ops.logicalAnd(tooNear, foreign), 0);
}
