// NormFace (https://arxiv.org/abs/1704.06369): softmax of cosines, no margin. Logit_j = s cos_j. s 64 as in the other losses here.
import type { Tensor } from '@insightface-ts/torch';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';

/** Softmax of scaled cosines, without a margin. */
export class NormFace extends MarginLoss {
  constructor(options: MarginLossOptions = {}) {
    super(options, 64);
  }

  protected applyMargin({ cosines }: LossInput): Tensor {
    return cosines;
  }
}
