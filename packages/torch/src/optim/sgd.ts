// Stochastic gradient descent with momentum, operation by operation as `torch.optim.SGD` of PyTorch 1.13:
// g += decay * p; b = momentum * b + g (b = g at the first step); p -= lr * b. Nesterov steps by g + momentum * b.
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import {
  type GroupOptions,
  Optimizer,
  type OptimizerOptions,
  type ParameterGroup,
  requireAtLeast,
} from './optimizer.js';

/** Settings of {@link Sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** Part of the last step that goes on; 0 by default. */
  readonly momentum?: number;
  /** Looks one step ahead (https://proceedings.mlr.press/v28/sutskever13.html); false by default. */
  readonly nesterov?: boolean;
}

/** Weight decay is 0 by default and is added to the gradient. */
export class Sgd extends Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;

  constructor(parameters: readonly Tensor[] | readonly GroupOptions[], options: SgdOptions) {
    super(parameters, options, 0);
    this.#momentum = options.momentum ?? 0;
    this.#nesterov = options.nesterov ?? false;
    requireAtLeast('momentum', this.#momentum, 0);
  }

  protected update(parameter: Tensor, gradient: Tensor, group: ParameterGroup, count: number): void {
    let direction = gradient;
    if (group.weightDecay !== 0) direction = ops.add(direction, parameter, group.weightDecay);
    if (this.#momentum !== 0) {
      const velocity = this.slot(parameter, 'momentum');
      if (count > 1) ops.add_(ops.mul_(velocity, this.#momentum), direction);
      else ops.copy_(velocity, direction);
      direction = this.#nesterov ? ops.add(direction, velocity, this.#momentum) : velocity;
    }
    ops.add_(parameter, direction, -group.lr);
  }
}
