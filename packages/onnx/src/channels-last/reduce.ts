// Operators that bring values together: means, sums, softmax, matrix products.
import { attribute } from '../builder.js';
import type { Constant } from './constant.js';
import { type ChannelsLastGraph, PLANAR_AXIS } from './graph.js';

/** The reductions both source formats have. */
export type Reduction = 'ReduceMean' | 'ReduceSum' | 'ReduceMax' | 'ReduceMin';

/** Reduces over axes of the source. */
export function reduce(
  graph: ChannelsLastGraph,
  opType: Reduction,
  input: string,
  output: string,
  axes: readonly number[],
  keepDims: boolean,
): void {
  const planarAxes = axes.map(axis => PLANAR_AXIS[axis < 0 ? axis + 4 : axis] ?? -1);
  // Without kept axes the order of those that remain must be the source's: true of the mean over pixels.
  const pixels = planarAxes.length === 2 && planarAxes.every(axis => axis >= 2);
  if (graph.isPlanar(input) && axes.length > 0 && (keepDims || pixels) && !planarAxes.includes(-1)) {
    const add = keepDims ? graph.addPlanar : graph.addPlain;
    const { inputs, attributes } = reduction(graph, opType, graph.planar(input), planarAxes, keepDims);
    add.call(graph, opType, inputs, output, attributes);
  } else {
    const { inputs, attributes } = reduction(graph, opType, graph.plain(input), axes, keepDims);
    graph.addPlain(opType, inputs, output, attributes);
  }
}

// In opset 17 only ReduceSum takes its axes as an input.
function reduction(
  graph: ChannelsLastGraph,
  opType: Reduction,
  value: string,
  axes: readonly number[],
  keepDims: boolean,
) {
  const keepdims = attribute.int(keepDims ? 1 : 0);
  if (opType === 'ReduceSum') return { inputs: [value, graph.ints(axes)], attributes: { keepdims } };
  return { inputs: [value], attributes: { keepdims, axes: attribute.ints(axes) } };
}

/** Softmax over the last axis of the source. */
export function softmax(graph: ChannelsLastGraph, input: string, output: string): void {
  if (graph.isPlanar(input))
    graph.addPlanar('Softmax', [graph.planar(input)], output, { axis: attribute.int(1) });
  else graph.addPlain('Softmax', [graph.plain(input)], output, { axis: attribute.int(-1) });
}

/**
 * `[n, in] x weights + bias`. `weights` is `[in, out]`, or `[out, in]` when `transposed`;
 * an input of higher rank is cut into rows of `in` numbers.
 */
export function fullyConnected(
  graph: ChannelsLastGraph,
  input: string,
  output: string,
  weights: Constant,
  bias: Constant | undefined,
  { transposed, flatten }: { readonly transposed: boolean; readonly flatten: boolean },
): void {
  const rowLength = weights.dims[transposed ? 1 : 0] ?? 0;
  const value = graph.plain(input);
  const rows = flatten ? graph.builder.node('Reshape', [value, graph.ints([-1, rowLength])]) : value;
  const inputs = [rows, graph.initializer(weights, `${output}/weights`)];
  if (bias) inputs.push(graph.initializer(bias, `${output}/bias`));
  graph.addPlain('Gemm', inputs, output, { transB: attribute.int(transposed ? 1 : 0) });
}
