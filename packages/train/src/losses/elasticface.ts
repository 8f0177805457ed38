// ElasticFace (https://arxiv.org/abs/2109.09416): a margin drawn anew for each sample from a normal distribution.
// Arc: logit_y = s cos(theta_y + N(m, d)), m .5, d .05. Cos: logit_y = s (cos_y - N(m, d)), m .35, d .05. Others s cos_j; s 64.
// Plus: within the batch, the samples farthest from their centres get the largest of the drawn margins; d .0175 (arc), .02 (cos).
// Drawn margins below 0 count as 0. Random numbers are the engine's (`manualSeed`). Exact gradient.
import { noGrad, ops, type Tensor } from '@insightface-ts/torch';
import { type AngularOptions, type ArccosGradient, cosineOfSum, withGradient } from './angular-margin.js';
import { type LossInput, MarginLoss, type MarginLossOptions } from './margin-loss.js';
import { ownCosines, ownCosinesOverRanks, replaceOwn } from './own-class.js';

/** Settings of {@link ElasticArcFace} and {@link ElasticCosFace}. */
export interface ElasticFaceOptions extends MarginLossOptions, AngularOptions {
  /** Mean of the margins: radians for arc, units of the cosine for cos. */
  readonly margin?: number;
  /** Their standard deviation. */
  readonly deviation?: number;
  /** Gives the larger margins to the harder samples; false by default. */
  readonly plus?: boolean;
}

abstract class ElasticFace extends MarginLoss {
  readonly margin: number;
  readonly deviation: number;
  readonly plus: boolean;

  constructor(
    options: ElasticFaceOptions,
    defaults: { margin: number; deviation: number; plusDeviation: number },
  ) {
    super(options, 64);
    this.plus = options.plus ?? false;
    this.margin = options.margin ?? defaults.margin;
    this.deviation = options.deviation ?? (this.plus ? defaults.plusDeviation : defaults.deviation);
  }

  protected abstract separate(own: Tensor, margins: Tensor): Tensor;

  protected applyMargin(input: LossInput): Tensor {
    const { cosines, labels } = input;
    const margins = noGrad(() => this.#drawMargins(input));
    return replaceOwn(cosines, labels, this.separate(ownCosines(cosines, labels), margins));
  }

  /** `[B, 1]`. */
  #drawMargins({ cosines, labels, sumOverRanks }: LossInput): Tensor {
    const drawn = ops.newEmpty(cosines, [cosines.shape[0]!, 1]);
    ops.clamp_(ops.normal_(drawn, this.margin, this.deviation), 0);
    if (!this.plus) return drawn;
    const own = ownCosinesOverRanks(cosines, labels, sumOverRanks);
    const fromNearest = ops.argsort(own, 0, true);
    const [ascending] = ops.sort(drawn, 0);
    return ops.scatter(drawn, 0, fromNearest, ascending);
  }
}

/** ArcFace with a margin drawn anew for each sample. */
export class ElasticArcFace extends ElasticFace {
  readonly gradient: ArccosGradient;
  readonly guard: boolean;

  constructor(options: ElasticFaceOptions = {}) {
    super(options, { margin: 0.5, deviation: 0.05, plusDeviation: 0.0175 });
    this.gradient = options.gradient ?? 'exact';
    this.guard = options.guard ?? true;
  }

  protected separate(own: Tensor, margins: Tensor): Tensor {
    return withGradient(this.gradient, own, cosine => cosineOfSum(cosine, margins, this.guard));
  }
}

/** CosFace with a margin drawn anew for each sample. */
export class ElasticCosFace extends ElasticFace {
  constructor(options: Omit<ElasticFaceOptions, keyof AngularOptions> = {}) {
    super(options, { margin: 0.35, deviation: 0.05, plusDeviation: 0.02 });
  }

  protected separate(own: Tensor, margins: Tensor): Tensor {
    return ops.sub(own, margins);
  }
}
