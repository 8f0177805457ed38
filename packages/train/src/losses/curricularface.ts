// CurricularFace (https://arxiv.org/abs/2004.00288): foreign classes nearer than the own one, margin counted, weigh more as training goes on.
// logit_y = s cos(theta_y + m) with ArcFace's guard; logit_j = s cos_j (t + cos_j) where cos_j > cos(theta_y + m), else s cos_j;
// t = momentum mean(cos_y) + (1 - momentum) t, over the batch, before it is used. m .5, s 64, momentum .01, t starts at 0; exact gradient.
import { noGrad, ops, type Tensor } from '@insightface-ts/torch';
import { type AngularOptions, type ArccosGradient, cosineOfSum, withGradient } from './angular-margin.js';
import { type LossInput, type LossState, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, ownCosinesOverRanks, replaceOwn } from './own-class.js';

/** Settings of {@link CurricularFace}. */
export interface CurricularFaceOptions extends MarginLossOptions, AngularOptions {
  /** m, in radians. */
  readonly margin?: number;
  /** Weight of a new batch in t, above 0 to 1. */
  readonly momentum?: number;
}

/** ArcFace's margin; near foreign classes weigh more as training goes on. */
export class CurricularFace extends MarginLoss {
  readonly margin: number;
  readonly momentum: number;
  readonly gradient: ArccosGradient;
  readonly guard: boolean;
  #stage = 0;

  constructor(options: CurricularFaceOptions = {}) {
    super(options, 64);
    this.margin = options.margin ?? 0.5;
    this.momentum = options.momentum ?? 0.01;
    this.gradient = options.gradient ?? 'exact';
    this.guard = options.guard ?? true;
  }

  protected applyMargin({ cosines, labels, sumOverRanks, joinBatch }: LossInput): Tensor {
    const isHard = noGrad(() => {
      const own = ownCosinesOverRanks(cosines, labels, sumOverRanks);
      this.#stage += this.momentum * (ops.mean(joinBatch(own)).item() - this.#stage);
      return ops.gt(cosines, cosineOfSum(own, this.margin, false));
    });
    const emphasised = ops.mul(cosines, ops.add(cosines, this.#stage));
    const own = withGradient(this.gradient, ownCosines(cosines, labels), cosine =>
      cosineOfSum(cosine, this.margin, this.guard),
    );
    return replaceOwn(ops.where(isHard, emphasised, cosines), labels, own);
  }

  /** `stage` is t. */
  override get state(): LossState {
    return { stage: this.#stage };
  }

  override restore(state: LossState): void {
    this.#stage = state['stage'] ?? this.#stage;
  }
}
