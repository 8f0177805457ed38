// Layer normalisation (https://arxiv.org/abs/1607.06450) over the last axis; eps 1e-5.
import { attribute } from '@insightface-ts/onnx';
import type { OnnxGraph } from '../export/onnx-graph.js';
import { ones, zeros } from '../factories.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';
import { parameter } from './parameter.js';

/** Over `[..., size]`. */
export class LayerNorm extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly eps: number;

  constructor(size: number, options: { readonly eps?: number } = {}) {
    super();
    this.eps = options.eps ?? 1e-5;
    this.weight = parameter(ones([size]));
    this.bias = parameter(zeros([size]));
  }

  forward(x: Tensor): Tensor {
    return ops.layerNorm(x, this.weight.shape, this.weight, this.bias, this.eps);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.node('LayerNormalization', [input, graph.weight(this.weight), graph.weight(this.bias)], {
      attributes: { axis: attribute.int(-1), epsilon: attribute.float(this.eps) },
    });
  }
}
