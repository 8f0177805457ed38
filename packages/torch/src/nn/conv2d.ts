// Two-dimensional convolution, plain, grouped or depthwise.
import { attribute } from '@insightface-ts/onnx';
import type { OnnxGraph } from '../export/onnx-graph.js';
import { empty } from '../factories.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { fanInUniform_, fans } from './initialize.js';
import { Module } from './module.js';
import { pairwiseConv2d } from './pairwise-conv2d.js';
import { parameter } from './parameter.js';

/** Settings of a convolution. */
export interface Conv2dOptions {
  /** Pixels between two places; 1 by default. */
  readonly stride?: number;
  /** Zeros round the input; 0 by default. */
  readonly padding?: number;
  readonly dilation?: number;
  /** Groups of channels that do not mix; 1 by default, as many as channels for a depthwise convolution. */
  readonly groups?: number;
  /** true by default. */
  readonly bias?: boolean;
  /**
   * Computes groups of two channels on the CPU as two depthwise convolutions: the same numbers, several times faster.
   * True by default; it has no effect on other convolutions and devices.
   */
  readonly splitPairs?: boolean;
}

/** `[N, inputs, H, W]` to `[N, outputs, H', W']`. */
export class Conv2d extends Module {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  readonly #hasPairs: boolean;

  /** @param kernel side of the square kernel, or [height, width]. */
  constructor(
    inputs: number,
    outputs: number,
    kernel: number | readonly [number, number],
    options: Conv2dOptions = {},
  ) {
    super();
    this.stride = options.stride ?? 1;
    this.padding = options.padding ?? 0;
    this.dilation = options.dilation ?? 1;
    this.groups = options.groups ?? 1;
    this.#hasPairs =
      (options.splitPairs ?? true) && inputs === 2 * this.groups && outputs === 2 * this.groups;
    const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel;
    const shape = [outputs, inputs / this.groups, height, width];
    this.weight = fanInUniform_(parameter(empty(shape)));
    this.bias =
      (options.bias ?? true) ? fanInUniform_(parameter(empty([outputs])), fans(shape).fanIn) : undefined;
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    if (this.#hasPairs && x.device === 'cpu')
      return pairwiseConv2d(x, weight, bias, { stride, padding, dilation });
    return ops.conv2d(x, weight, bias, [stride, stride], [padding, padding], [dilation, dilation], groups);
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    const { stride, padding, dilation, groups } = this;
    const constants = [this.weight, ...(this.bias ? [this.bias] : [])].map(tensor => graph.weight(tensor));
    return graph.node('Conv', [input, ...constants], {
      attributes: {
        dilations: attribute.ints([dilation, dilation]),
        group: attribute.int(groups),
        kernel_shape: attribute.ints(this.weight.shape.slice(2)),
        pads: attribute.ints([padding, padding, padding, padding]),
        strides: attribute.ints([stride, stride]),
      },
    });
  }

  override macs(_input: readonly number[], output: readonly number[]): number {
    return output.reduce((product, size) => product * size, fans(this.weight.shape).fanIn);
  }
}
