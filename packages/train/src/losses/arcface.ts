// ArcFace (https://arxiv.org/abs/1801.07698). Logit_y = s cos(theta_y + m), logit_j = s cos_j; where theta_y + m > pi, the guard
// s (cos_y - m sin m). s 64, m .5; straight-through gradient, as in InsightFace.
import type { Tensor } from '@insightface-ts/torch';
import { type AngularOptions, type ArccosGradient, cosineOfSum, withGradient } from './angular-margin.js';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, replaceOwn } from './own-class.js';

/** Settings of {@link ArcFace}. */
export interface ArcFaceOptions extends MarginLossOptions, AngularOptions {
  /** m, in radians, from 0 to below pi. */
  readonly margin?: number;
}

/** A margin added to the own class's angle. */
export class ArcFace extends MarginLoss {
  readonly margin: number;
  readonly gradient: ArccosGradient;
  readonly guard: boolean;

  constructor(options: ArcFaceOptions = {}) {
    super(options, 64);
    this.margin = options.margin ?? 0.5;
    this.gradient = options.gradient ?? 'straightThrough';
    this.guard = options.guard ?? true;
  }

  protected applyMargin({ cosines, labels }: LossInput): Tensor {
    const own = withGradient(this.gradient, ownCosines(cosines, labels), cosine =>
      cosineOfSum(cosine, this.margin, this.guard),
    );
    return replaceOwn(cosines, labels, own);
  }
}
