// Softmax cross-entropy on the dot products as they are, neither embeddings nor centres normalised, without a bias: the plain
// classifier that all margin losses are compared with. Logit_j = w_j . e.
import type { Tensor } from '@insightface-ts/torch';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';

/** The scale is 1 unless given; a filter would compare dot products, so there is none. */
export type SoftmaxOptions = Pick<MarginLossOptions, 'scale'>;

/** Softmax of dot products: the plain classifier. */
export class Softmax extends MarginLoss {
  override readonly similarity = 'dot';

  constructor(options: SoftmaxOptions = {}) {
    super(options, 1);
  }

  protected applyMargin({ cosines }: LossInput): Tensor {
    return cosines;
  }
}
