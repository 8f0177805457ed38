// The combined margin of ArcFace's paper (https://arxiv.org/abs/1801.07698, eq. 4): logit_y = s (cos(m1 theta_y + m2) - m3),
// logit_j = s cos_j. Every combination counts; InsightFace's code leaves m1 and m2 out when m3 > 0 and stops at m1 != 1.
// Where m1 theta + m2 > pi, the guard cos_y - (pi - t) sin t with t = (pi - m2) / m1, at least cos_y - (1 + cos t), so that the
// logit falls at t too; for m1 = 1 that is ArcFace's.
// s 64, (1, .3, .2); straight-through gradient, as in InsightFace.
import { ops, type Tensor } from '@insightface-ts/torch';
import {
  type AngularOptions,
  type ArccosGradient,
  angle,
  cosineOfSum,
  withGradient,
} from './angular-margin.js';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, replaceOwn } from './own-class.js';

/** Settings of {@link CombinedMargin}. */
export interface CombinedMarginOptions extends MarginLossOptions, AngularOptions {
  /** m1 (factor to the angle, above 0), m2 (radians, from 0 to below pi), m3 (units of the cosine). */
  readonly margins?: readonly [number, number, number];
}

/** Margins on the own class's angle, by a factor and a sum, and on its cosine. */
export class CombinedMargin extends MarginLoss {
  readonly margins: readonly [number, number, number];
  readonly gradient: ArccosGradient;
  readonly guard: boolean;

  constructor(options: CombinedMarginOptions = {}) {
    super(options, 64);
    this.margins = options.margins ?? [1, 0.3, 0.2];
    this.gradient = options.gradient ?? 'straightThrough';
    this.guard = options.guard ?? true;
  }

  protected applyMargin({ cosines, labels }: LossInput): Tensor {
    const [factor, , subtrahend] = this.margins;
    const own = withGradient(this.gradient, ownCosines(cosines, labels), cosine => {
      const turned = factor === 1 ? cosineOfSum(cosine, this.margins[1], this.guard) : this.#turn(cosine);
      return ops.sub(turned, subtrahend);
    });
    return replaceOwn(cosines, labels, own);
  }

  #turn(cosine: Tensor): Tensor {
    const [factor, addend] = this.margins;
    const turned = ops.cos(ops.add(ops.mul(angle(cosine), factor), addend));
    const limit = (Math.PI - addend) / factor;
    if (!this.guard || limit >= Math.PI) return turned;
    const drop = Math.max((Math.PI - limit) * Math.sin(limit), 1 + Math.cos(limit));
    return ops.where(ops.gt(cosine, Math.cos(limit)), turned, ops.sub(cosine, drop));
  }
}
