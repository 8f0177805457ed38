// Multi-head self-attention (https://arxiv.org/abs/1706.03762): softmax(q k^T / sqrt(d)) v, the softmax always in 32 bits.
// State-dict keys are those of timm and arcface_torch: qkv.weight, proj.weight, proj.bias.
import { attribute } from '@insightface-ts/onnx';
import { TorchError } from '../errors.js';
import type { OnnxGraph } from '../export/onnx-graph.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';
import { Linear } from './linear.js';
import { Module } from './module.js';

/** `[N, tokens, width]` to the same shape. */
export class Attention extends Module {
  readonly qkv: Linear;
  readonly proj: Linear;
  readonly heads: number;

  /** @param options.qkvBias false by default. */
  constructor(
    readonly width: number,
    options: { readonly heads?: number; readonly qkvBias?: boolean } = {},
  ) {
    super();
    this.heads = options.heads ?? 8;
    if (width % this.heads !== 0)
      throw new TorchError('INVALID_ARGUMENT', `A width of ${width} does not divide by ${this.heads} heads.`);
    this.qkv = new Linear(width, 3 * width, { bias: options.qkvBias ?? false });
    this.proj = new Linear(width, width);
  }

  forward(x: Tensor): Tensor {
    const [batch = 0, tokens = 0] = x.shape;
    const parts = ops.reshape(this.qkv.call(x), [batch, tokens, 3, this.heads, this.width / this.heads]);
    const [query, key, value] = ops
      .unbind(ops.permute(parts, [2, 0, 3, 1, 4]), 0)
      .map(part => part.to({ dtype: part.dtype === 'float64' ? 'float64' : 'float32' }));
    const scores = ops.mul(ops.matmul(query!, ops.transpose(key!, -2, -1)), this.#scale);
    const mixed = ops.matmul(ops.softmax(scores, -1), value!);
    return this.proj.call(ops.reshape(ops.transpose(mixed, 1, 2), [batch, tokens, this.width]));
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    // A 0 in a Reshape keeps that axis: batch and tokens stay free.
    const parts = graph.reshape(this.qkv.toOnnx(graph, input), [
      0,
      0,
      3,
      this.heads,
      this.width / this.heads,
    ]);
    const [query, key, value] = [0, 1, 2].map(index => {
      const part = graph.node('Gather', [parts, graph.integer(index)], {
        attributes: { axis: attribute.int(2) },
      });
      return graph.transpose(part, index === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3]);
    });
    const scores = graph.node('Mul', [graph.node('MatMul', [query!, key!]), graph.scalar(this.#scale)]);
    const weights = graph.node('Softmax', [scores], { attributes: { axis: attribute.int(-1) } });
    const mixed = graph.transpose(graph.node('MatMul', [weights, value!]), [0, 2, 1, 3]);
    return this.proj.toOnnx(graph, graph.reshape(mixed, [0, 0, this.width]));
  }

  /** The two products of the heads; the linear layers count themselves. */
  override macs(input: readonly number[]): number {
    const [batch = 0, tokens = 0] = input;
    return 2 * batch * tokens * tokens * this.width;
  }

  get #scale(): number {
    return (this.width / this.heads) ** -0.5;
  }
}
