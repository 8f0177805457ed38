// Rectifier with a learned slope per channel (https://arxiv.org/abs/1502.01852): x where x > 0, slope x elsewhere; slope 0.25 at first.
import type { OnnxGraph } from '../export/onnx-graph.js';
import { full } from '../factories.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';
import { parameter } from './parameter.js';

/** Over `[N, C, H, W]`, with `channels` slopes. */
export class PReLU extends Module {
  readonly weight: Tensor;

  constructor(channels = 1, slope = 0.25) {
    super();
    this.weight = parameter(full([channels], slope, { dtype: 'float32' }));
  }

  forward(x: Tensor): Tensor {
    return ops.prelu(x, this.weight);
  }

  /** ONNX broadcasts from the last axis, so the slope gets the shape `[C, 1, 1]`. */
  override toOnnx(graph: OnnxGraph, input: string): string {
    const dims = [this.weight.shape[0]!, 1, 1];
    return graph.node('PRelu', [input, graph.weight(this.weight, { dims })]);
  }
}
