// SphereFace (https://arxiv.org/abs/1704.08063) on normalised embeddings. Logit_y = s psi(theta_y), logit_j = s cos_j, with
// psi(theta) = (-1)^k cos(m theta) - 2k, k = floor(m theta / pi): cos(m theta) made to fall over all of [0, pi].
// The paper has m = 4 with embeddings as they are; with normalised ones 1.35 to 1.7 works (https://arxiv.org/abs/2109.05565).
// m 1.5, s 30; exact gradient.
import { ops, type Tensor } from '@insightface-ts/torch';
import { type ArccosGradient, angle, withGradient } from './angular-margin.js';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, replaceOwn } from './own-class.js';

/** Settings of {@link SphereFace}. */
export interface SphereFaceOptions extends MarginLossOptions {
  /** m, the factor to the angle, at least 1. */
  readonly margin?: number;
  /** 'exact' by default. */
  readonly gradient?: ArccosGradient;
}

/** The own class's angle times a factor. */
export class SphereFace extends MarginLoss {
  readonly margin: number;
  readonly gradient: ArccosGradient;

  constructor(options: SphereFaceOptions = {}) {
    super(options, 30);
    this.margin = options.margin ?? 1.5;
    this.gradient = options.gradient ?? 'exact';
  }

  protected applyMargin({ cosines, labels }: LossInput): Tensor {
    const own = withGradient(this.gradient, ownCosines(cosines, labels), cosine => this.#psi(cosine));
    return replaceOwn(cosines, labels, own);
  }

  #psi(cosine: Tensor): Tensor {
    const turned = ops.mul(angle(cosine), this.margin);
    const folds = ops.floor(ops.div(ops.detach(turned), Math.PI));
    const sign = ops.add(ops.mul(ops.remainder(folds, 2), -2), 1);
    return ops.sub(ops.mul(sign, ops.cos(turned)), ops.mul(folds, 2));
  }
}
