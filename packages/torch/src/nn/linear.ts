// Fully connected layer: y = x W^T + b.
import type { OnnxGraph } from '../export/onnx-graph.js';
import { empty } from '../factories.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { fanInUniform_ } from './initialize.js';
import { Module } from './module.js';
import { parameter } from './parameter.js';

/** `[..., inputs]` to `[..., outputs]`. */
export class Linear extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;

  constructor(inputs: number, outputs: number, options: { readonly bias?: boolean } = {}) {
    super();
    this.weight = fanInUniform_(parameter(empty([outputs, inputs])));
    this.bias = (options.bias ?? true) ? fanInUniform_(parameter(empty([outputs])), inputs) : undefined;
  }

  forward(x: Tensor): Tensor {
    return ops.linear(x, this.weight, this.bias);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    const product = graph.node('MatMul', [input, graph.weight(this.weight, { transpose: true })]);
    return this.bias ? graph.node('Add', [product, graph.weight(this.bias)]) : product;
  }

  override macs(_input: readonly number[], output: readonly number[]): number {
    return output.reduce((product, size) => product * size, this.weight.shape[1]!);
  }
}
