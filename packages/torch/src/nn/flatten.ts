// All axes but the first in one.
import { attribute } from '@insightface-ts/onnx';
import type { OnnxGraph } from '../export/onnx-graph.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Module } from './module.js';

/** `[N, C, H, W]` to `[N, C * H * W]`. */
export class Flatten extends Module {
  forward(x: Tensor): Tensor {
    return ops.flatten(x, 1, -1);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.node('Flatten', [input], { attributes: { axis: attribute.int(1) } });
  }
}
