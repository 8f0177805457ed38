// Stochastic depth (https://arxiv.org/abs/1603.09382): a residual branch becomes 0 for whole samples at random; the others grow
// by 1 / (1 - rate).
import type { OnnxGraph } from '../export/onnx-graph.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';
import { requireRate } from './require-rate.js';

/** `[N, ...]`; does nothing in evaluation mode. */
export class DropPath extends Module {
  /** @param rate part of the samples that is dropped, 0 to below 1. */
  constructor(readonly rate: number) {
    super();
    requireRate(rate);
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.rate === 0) return x;
    const kept = ops.newEmpty(x, [x.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
    ops.bernoulli_(kept, 1 - this.rate);
    return ops.mul(x, ops.div_(kept, 1 - this.rate));
  }

  override toOnnx(_graph: OnnxGraph, input: string): string {
    return input;
  }
}
