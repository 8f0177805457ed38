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

/**
 * Given strided 1x1 convolutions of fewer input channels that lie last in memory, oneDNN 2.6 (libtorch 1.13) writes past
 * its scratch memory.
 */
const SAFE_CHANNELS = 16;

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
  readonly #overrunsChannelsLast: boolean;

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
    this.#overrunsChannelsLast =
      height === 1 && width === 1 && this.stride > 1 && this.groups === 1 && inputs < SAFE_CHANNELS;
    const shape = [outputs, inputs / this.groups, height, width];
    this.weight = fanInUniform_(parameter(empty(shape)));
    this.bias =
      (options.bias ?? true) ? fanInUniform_(parameter(empty([outputs])), fans(shape).fanIn) : undefined;
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups } = this;
    if (this.#hasPairs && x.device === 'cpu')
      return pairwiseConv2d(x, weight, bias, { stride, padding, dilation });
    // A copy, because one channel lies first and last at once.
    const input = this.#overrunsChannelsLast && x.device === 'cpu' ? ops.clone(x, 'contiguous') : x;
    return ops.conv2d(
      input,
      weight,
      bias,
      [stride, stride],
      [padding, padding],
      [dilation, dilation],
      groups,
    );
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
