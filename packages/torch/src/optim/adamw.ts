// Adam with decoupled weight decay (https://arxiv.org/abs/1711.05101), operation by operation as `torch.optim.AdamW` of PyTorch 1.13.
// Constants: betas 0.9 and 0.999, eps 1e-8, weight decay 0.01.
import { TorchError } from '../errors.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { type GroupOptions, Optimizer, type OptimizerOptions, type ParameterGroup } from './optimizer.js';

/** Settings of {@link AdamW}. */
export interface AdamWOptions extends OptimizerOptions {
  /** Memory of the mean and of the mean square; [0.9, 0.999] by default. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the mean square; 1e-8 by default. */
  readonly eps?: number;
}

/** Weight decay is 0.01 by default and shrinks the weights themselves. */
export class AdamW extends Optimizer {
  readonly #betas: readonly [number, number];
  readonly #eps: number;

  constructor(parameters: readonly Tensor[] | readonly GroupOptions[], options: AdamWOptions) {
    super(parameters, options, 0.01);
    this.#betas = options.betas ?? [0.9, 0.999];
    this.#eps = options.eps ?? 1e-8;
    if (this.#betas.some(beta => !(beta >= 0 && beta < 1)))
      throw new TorchError(
        'INVALID_ARGUMENT',
        `betas are ${this.#betas}: give two numbers from 0 to below 1.`,
      );
  }

  protected update(parameter: Tensor, gradient: Tensor, group: ParameterGroup, count: number): void {
    const [beta1, beta2] = this.#betas;
    const mean = this.slot(parameter, 'mean');
    const square = this.slot(parameter, 'square');
    ops.mul_(parameter, 1 - group.lr * group.weightDecay);
    ops.add_(ops.mul_(mean, beta1), gradient, 1 - beta1);
    ops.addcmul_(ops.mul_(square, beta2), gradient, gradient, 1 - beta2);
    const stepSize = group.lr / (1 - beta1 ** count);
    const root = ops.div_(ops.sqrt(square), Math.sqrt(1 - beta2 ** count));
    ops.addcdiv_(parameter, mean, ops.add_(root, this.#eps), -stepSize);
  }
}
