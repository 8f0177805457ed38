// Initial values, by PyTorch's rules and from the engine's random numbers (`manualSeed`). All fill in place, without gradients.
// Kaiming: https://arxiv.org/abs/1502.01852, Xavier: http://proceedings.mlr.press/v9/glorot10a.html
import { tensor as tensorOf } from '../factories.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** Fills with one value. */
export function constant_(tensor: Tensor, value: number): Tensor {
  return fill(tensor, () => ops.fill_(tensor, value));
}

/** Fills from a normal distribution. */
export function normal_(tensor: Tensor, mean = 0, deviation = 1): Tensor {
  return fill(tensor, () => ops.normal_(tensor, mean, deviation));
}

/** Fills evenly from `[from, to)`. */
export function uniform_(tensor: Tensor, from = 0, to = 1): Tensor {
  return fill(tensor, () => ops.uniform_(tensor, from, to));
}

/** Normal with deviation `sqrt(2 / fan)`: keeps the variance through layers with ReLU. */
export function kaimingNormal_(tensor: Tensor, mode: 'fanIn' | 'fanOut' = 'fanIn'): Tensor {
  return normal_(tensor, 0, Math.sqrt(2 / fans(tensor.shape)[mode]));
}

/** Even in `+-1 / sqrt(fan in)`: what PyTorch gives convolutions and linear layers by default. */
export function fanInUniform_(tensor: Tensor, fanIn = fans(tensor.shape).fanIn): Tensor {
  const bound = 1 / Math.sqrt(fanIn);
  return uniform_(tensor, -bound, bound);
}

/** Even in `+-sqrt(6 / (fan in + fan out))`. */
export function xavierUniform_(tensor: Tensor): Tensor {
  const { fanIn, fanOut } = fans(tensor.shape);
  const bound = Math.sqrt(6 / (fanIn + fanOut));
  return uniform_(tensor, -bound, bound);
}

/** Normal, cut at `[from, to]` (not in deviations): inverse of the distribution function at even random numbers. */
export function truncatedNormal_(tensor: Tensor, mean = 0, deviation = 1, from = -2, to = 2): Tensor {
  return fill(tensor, () => {
    const ends = [from, to].map(end => (end - mean) / deviation / Math.SQRT2);
    const [low = -1, high = 1] = ops.erf(tensorOf(ends, [2], { dtype: 'float64' })).data();
    ops.uniform_(tensor, Number(low), Number(high));
    ops.erfinv_(tensor);
    ops.mul_(tensor, deviation * Math.SQRT2);
    ops.add_(tensor, mean);
    ops.clamp_(tensor, from, to);
  });
}

/** Inputs and outputs of one element of a weight `[out, in, ...kernel]`. */
export function fans(shape: readonly number[]): { readonly fanIn: number; readonly fanOut: number } {
  const [out = 1, input = 1, ...kernel] = shape;
  const area = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: input * area, fanOut: out * area };
}

function fill(tensor: Tensor, body: () => void): Tensor {
  noGrad(() => tidy(() => void body()));
  return tensor;
}
