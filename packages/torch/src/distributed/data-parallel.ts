// Data parallel training (https://arxiv.org/abs/2006.15704): every rank holds the whole network, sees its own part of the
// batch, and steps with the gradients' average. Gradients travel in buckets while backward still runs.

import { native } from '../native.js';
import { Module } from '../nn/module.js';
import type { Tensor } from '../tensor.js';
import type { AverageOptions, Collective, GradientAverage } from './collective.js';

/**
 * A network trained by all ranks. All start from rank 0's parameters and buffers; freeze parameters before, not after.
 * Losses must be means over each rank's batch of equal size: then a step equals that of one process with the joined
 * batch. Batch normalisation keeps statistics per rank, see `synchronizeBatchNorm`.
 *
 * @example
 * ```ts
 * const model = new DistributedDataParallel(network, await init());
 * const loss = ops.crossEntropyLoss(model.call(images), labels);
 * loss.backward(); // gradients are now equal on all ranks
 * ```
 */
export class DistributedDataParallel<M extends Module = Module> extends Module {
  /** The network itself, for evaluation, state dicts without `module.` before the names, and export. */
  readonly module: M;
  readonly #collective: Collective;
  readonly #average: GradientAverage;
  #averaging = true;

  constructor(network: M, collective: Collective, options: AverageOptions = {}) {
    super();
    this.module = network;
    this.#collective = collective;
    collective.broadcast([...network.stateDict().values()]);
    const learned = [...network.namedParameters()].filter(([, tensor]) => tensor.requiresGrad);
    this.#average = collective.averageGradients(new Map(learned), options);
  }

  forward(x: Tensor): Tensor {
    if (!this.#averaging || !native().gradMode()) return this.module.call(x);
    this.#average.beforeForward();
    const y = this.module.call(x);
    this.#average.afterForward([y]);
    return y;
  }

  /** Runs forwards and backwards that only add up gradients on each rank; the next one outside sends the sum. */
  accumulate<T>(body: () => T): T {
    const before = this.#averaging;
    this.#averaging = false;
    try {
      return body();
    } finally {
      this.#averaging = before;
    }
  }

  /**
   * Gives all ranks rank 0's buffers (running statistics), before evaluating or saving. Training itself does not read
   * them, so this once is worth a broadcast in every step.
   */
  synchronizeBuffers(): void {
    this.#collective.broadcast([...this.module.namedBuffers().values()]);
  }

  /** Ends the averaging; the network stays. */
  close(): void {
    this.#average.close();
  }
}
