// CosFace (https://arxiv.org/abs/1801.09414). Logit_y = s (cos_y - m), logit_j = s cos_j. s 64; m .4 as in InsightFace (.35 in the paper).
import { ops, type Tensor } from '@insightface-ts/torch';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, replaceOwn } from './own-class.js';

/** Settings of {@link CosFace}. */
export interface CosFaceOptions extends MarginLossOptions {
  /** m, in units of the cosine. */
  readonly margin?: number;
}

/** A margin taken off the own class's cosine. */
export class CosFace extends MarginLoss {
  readonly margin: number;

  constructor(options: CosFaceOptions = {}) {
    super(options, 64);
    this.margin = options.margin ?? 0.4;
  }

  protected applyMargin({ cosines, labels }: LossInput): Tensor {
    return replaceOwn(cosines, labels, ops.sub(ownCosines(cosines, labels), this.margin));
  }
}
