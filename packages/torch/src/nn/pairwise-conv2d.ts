// A convolution whose groups have two channels in and two out, as two depthwise convolutions, for which oneDNN has fast kernels.
// Output c of a pair is w[c, own] * x[c] + w[c, other] * x[partner of c]: the first term is a depthwise convolution of the input,
// the second one of the input with each pair's channels swapped.
import { tensor } from '../factories.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../tensor.js';

/** `weight` is `[C, 2, height, width]`, `x` is `[N, C, H, W]`. */
export function pairwiseConv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: { readonly stride: number; readonly padding: number; readonly dilation: number },
): Tensor {
  const [channels = 0, , height = 1, width = 1] = weight.shape;
  const rows = ops.reshape(weight, [channels * 2, 1, height, width]);
  const depthwise = (input: Tensor, kernel: Tensor, offset: Tensor | undefined) => {
    const [stride, padding, dilation] = [options.stride, options.padding, options.dilation].map(n => [n, n]);
    return ops.conv2d(input, kernel, offset, stride, padding, dilation, channels);
  };
  const numbers = Array.from({ length: channels }, (_, channel) => channel);
  const pick = (places: readonly number[]) =>
    ops.indexSelect(rows, 0, tensor(BigInt64Array.from(places, BigInt), [channels]));
  const own = depthwise(x, pick(numbers.map(channel => 2 * channel + (channel % 2))), bias);
  const other = depthwise(
    swapPairs(x),
    pick(numbers.map(channel => 2 * channel + 1 - (channel % 2))),
    undefined,
  );
  return ops.add(own, other);
}

function swapPairs(x: Tensor): Tensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
  const pairs = ops.reshape(x, [batch, channels / 2, 2, height, width]);
  return ops.reshape(ops.flip(pairs, [2]), [batch, channels, height, width]);
}
