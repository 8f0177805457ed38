// AdaFace (https://arxiv.org/abs/2204.00964): the embedding's length stands for the picture's quality and moves the margin.
// z = clip((norm - mean) / (deviation + .001) h, -1, 1), without gradient, mean and deviation running over batches;
// logit_y = s (cos(clip(theta_y - m z, eps, pi - eps)) - (m + m z)), logit_j = s cos_j.
// m .4, h .333, s 64, eps .001; norms clipped to [.001, 100]; mean and deviation start at 20 and 100. A new batch weighs .01 as in
// the authors' run scripts (their class's own default is 1). Exact gradient.
import { noGrad, ops, type Tensor } from '@insightface-ts/torch';
import { type ArccosGradient, angle, withGradient } from './angular-margin.js';
import { type LossInput, type LossState, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, replaceOwn } from './own-class.js';

const EPSILON = 1e-3;
const NORM_RANGE = [0.001, 100] as const;

/** Settings of {@link AdaFace}. */
export interface AdaFaceOptions extends MarginLossOptions {
  /** m. */
  readonly margin?: number;
  /** h, how much of the spread of the norms moves the margin: .333 puts two thirds of a normal distribution inside. */
  readonly concentration?: number;
  /** Weight of a new batch in the running mean and deviation of the norms, above 0 to 1. */
  readonly momentum?: number;
  /** 'exact' by default. */
  readonly gradient?: ArccosGradient;
}

/** The embedding's length, which stands for the picture's quality, moves the margin. */
export class AdaFace extends MarginLoss {
  readonly margin: number;
  readonly concentration: number;
  readonly momentum: number;
  readonly gradient: ArccosGradient;
  #mean = 20;
  #deviation = 100;

  constructor(options: AdaFaceOptions = {}) {
    super(options, 64);
    this.margin = options.margin ?? 0.4;
    this.concentration = options.concentration ?? 0.333;
    this.momentum = options.momentum ?? 0.01;
    this.gradient = options.gradient ?? 'exact';
  }

  protected applyMargin({ cosines, labels, norms, joinBatch }: LossInput): Tensor {
    const quality = noGrad(() => this.#quality(norms, joinBatch));
    const shift = ops.mul(quality, this.margin);
    const own = withGradient(this.gradient, ownCosines(cosines, labels), cosine => {
      const turned = ops.clamp(ops.sub(angle(cosine), shift), EPSILON, Math.PI - EPSILON);
      return ops.sub(ops.cos(turned), ops.add(shift, this.margin));
    });
    return replaceOwn(cosines, labels, own);
  }

  /** z, `[B, 1]`. */
  #quality(norms: Tensor, joinBatch: LossInput['joinBatch']): Tensor {
    const clipped = ops.clamp(norms, ...NORM_RANGE);
    const all = joinBatch(clipped);
    this.#mean += this.momentum * (ops.mean(all).item() - this.#mean);
    // The deviation of a single norm is not defined.
    if (all.size > 1) this.#deviation += this.momentum * (ops.std(all).item() - this.#deviation);
    const standard = ops.div(ops.sub(clipped, this.#mean), this.#deviation + EPSILON);
    return ops.unsqueeze(ops.clamp(ops.mul(standard, this.concentration), -1, 1), 1);
  }

  override get state(): LossState {
    return { mean: this.#mean, deviation: this.#deviation };
  }

  override restore(state: LossState): void {
    this.#mean = state['mean'] ?? this.#mean;
    this.#deviation = state['deviation'] ?? this.#deviation;
  }
}
