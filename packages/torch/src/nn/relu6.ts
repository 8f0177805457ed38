// Rectifier cut at 6: min(max(x, 0), 6).
import type { OnnxGraph } from '../export/onnx-graph.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Any shape. */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return ops.hardtanh(x, 0, 6);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.node('Clip', [input, graph.scalar(0), graph.scalar(6)]);
  }
}
