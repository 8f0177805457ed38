// MagFace (https://arxiv.org/abs/2103.06627): longer embeddings get larger margins, so length comes to mean quality.
// a = norm clipped to [l_a, u_a]; m(a) linear from l_m at l_a to u_m at u_a; logit_y = s cos(theta_y + m(a)) with ArcFace's guard,
// logit_j = s cos_j; penalty lambda g(a), g(a) = 1/a + a / u_a^2.
// l_a 10, u_a 110, l_m .45, u_m .8, lambda 35, s 64; exact gradient, which reaches the norm through m(a) too.
import { ops, type Tensor } from '@insightface-ts/torch';
import { type AngularOptions, type ArccosGradient, cosineOfSum, withGradient } from './angular-margin.js';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, replaceOwn } from './own-class.js';

/** Settings of {@link MagFace}. */
export interface MagFaceOptions extends MarginLossOptions, AngularOptions {
  /** l_a and u_a, the lengths between which the margin grows. */
  readonly normRange?: readonly [number, number];
  /** l_m and u_m, the margins at those lengths, in radians. */
  readonly marginRange?: readonly [number, number];
  /** lambda_g, weight of the penalty; 0 for none. */
  readonly penaltyWeight?: number;
}

/** Longer embeddings get larger margins, and a penalty draws embeddings longer. */
export class MagFace extends MarginLoss {
  readonly normRange: readonly [number, number];
  readonly marginRange: readonly [number, number];
  readonly penaltyWeight: number;
  readonly gradient: ArccosGradient;
  readonly guard: boolean;

  constructor(options: MagFaceOptions = {}) {
    super(options, 64);
    this.normRange = options.normRange ?? [10, 110];
    this.marginRange = options.marginRange ?? [0.45, 0.8];
    this.penaltyWeight = options.penaltyWeight ?? 35;
    this.gradient = options.gradient ?? 'exact';
    this.guard = options.guard ?? true;
  }

  protected applyMargin({ cosines, labels, norms }: LossInput): Tensor {
    const [least, most] = this.normRange;
    const [from, to] = this.marginRange;
    const slope = (to - from) / (most - least);
    const grown = ops.mul(ops.sub(ops.clamp(norms, least, most), least), slope);
    const margins = ops.unsqueeze(ops.add(grown, from), 1);
    const own = withGradient(this.gradient, ownCosines(cosines, labels), cosine =>
      cosineOfSum(cosine, margins, this.guard),
    );
    return replaceOwn(cosines, labels, own);
  }

  override penalty(norms: Tensor): Tensor | undefined {
    if (this.penaltyWeight === 0) return undefined;
    const [least, most] = this.normRange;
    const length = ops.clamp(norms, least, most);
    const pull = ops.add(ops.reciprocal(length), ops.div(length, most ** 2));
    return ops.mul(ops.mean(pull), this.penaltyWeight);
  }
}
