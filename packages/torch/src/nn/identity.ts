// The layer that does nothing.
import type { OnnxGraph } from '../export/onnx-graph.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** Gives back its input, the same object. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }

  override toOnnx(_graph: OnnxGraph, input: string): string {
    return input;
  }
}
