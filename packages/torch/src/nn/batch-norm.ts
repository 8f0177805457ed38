// Batch normalisation (https://arxiv.org/abs/1502.03167): per channel, by the batch's statistics in training, by running ones after.
// PyTorch's constants: eps 1e-5, momentum 0.1; the running variance is the unbiased one.
import { attribute } from '@insightface-ts/onnx';
import { TorchError } from '../errors.js';
import type { OnnxGraph } from '../export/onnx-graph.js';
import { ones, zeros } from '../factories.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';
import { buffer, parameter } from './parameter.js';

/** Settings of a batch normalisation. */
export interface BatchNormOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** Weight of a new batch in the running statistics; 0.1 by default. */
  readonly momentum?: number;
}

/** What both kinds share; they differ in the inputs they are meant for. */
export abstract class BatchNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly running_mean: Tensor;
  readonly running_var: Tensor;
  readonly num_batches_tracked: Tensor;
  readonly eps: number;
  readonly momentum: number;

  constructor(channels: number, options: BatchNormOptions = {}) {
    super();
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum ?? 0.1;
    this.weight = parameter(ones([channels]));
    this.bias = parameter(zeros([channels]));
    this.running_mean = buffer(zeros([channels]));
    this.running_var = buffer(ones([channels]));
    this.num_batches_tracked = buffer(zeros([], { dtype: 'int64' }));
  }

  /** @throws TorchError `INVALID_ARGUMENT` in training mode, when there is one value a channel only. */
  forward(x: Tensor): Tensor {
    if (this.training) {
      requireSeveral(x.size / this.weight.size);
      noGrad(() => tidy(() => void ops.add_(this.num_batches_tracked, 1)));
    }
    const { weight, bias, running_mean, running_var, training, momentum, eps } = this;
    return ops.batchNorm(x, weight, bias, running_mean, running_var, training, momentum, eps, true);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    const { weight, bias, running_mean, running_var } = this;
    const constants = [weight, bias, running_mean, running_var].map(tensor => graph.weight(tensor));
    return graph.node('BatchNormalization', [input, ...constants], {
      attributes: { epsilon: attribute.float(this.eps) },
    });
  }
}

/** Over `[N, C, H, W]`. */
export class BatchNorm2d extends BatchNorm {}

/** Over `[N, C]`. */
export class BatchNorm1d extends BatchNorm {}

/**
 * The variance of a single value is not defined, and would make the running one NaN.
 * @throws TorchError `INVALID_ARGUMENT`
 */
export function requireSeveral(valuesPerChannel: number): void {
  if (valuesPerChannel > 1) return;
  throw new TorchError(
    'INVALID_ARGUMENT',
    'Batch normalisation needs more than one value a channel in training: give batches of at least 2, or call eval().',
  );
}
