// Dropout (https://jmlr.org/papers/v15/srivastava14a.html): elements become 0 at random, the others grow by 1 / (1 - rate).
import type { OnnxGraph } from '../export/onnx-graph.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';
import { requireRate } from './require-rate.js';

/** Any shape; does nothing in evaluation mode. */
export class Dropout extends Module {
  /** @param rate part that is dropped, 0 to below 1. */
  constructor(readonly rate: number) {
    super();
    requireRate(rate);
  }

  forward(x: Tensor): Tensor {
    return this.training && this.rate > 0 ? ops.dropout(x, this.rate, true) : x;
  }

  override toOnnx(_graph: OnnxGraph, input: string): string {
    return input;
  }
}
