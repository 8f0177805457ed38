// TF.js' convolutions, pools and matrix products, with what is fused into them.
// Filters are [height, width, in, out], depthwise ones [height, width, in, multiplier].
import { type Constant, reshapeConstant, transposeConstant } from '../channels-last/constant.js';
import { convolve, pool } from '../channels-last/convolution.js';
import { type Activation, leakyRelu, prelu, withActivation } from '../channels-last/elementwise.js';
import { fullyConnected } from '../channels-last/reduce.js';
import { booleanAttribute, floatAttribute, stringsAttribute } from './graph-def.js';
import { corruptTfjs } from './json.js';
import type { NodeCall, NodeConverter } from './node-call.js';

export const convolutionOperators: Record<string, NodeConverter> = {
  Conv2D: addConvolution,
  _FusedConv2D: addConvolution,
  DepthwiseConv2dNative: addDepthwise,
  FusedDepthwiseConv2dNative: addDepthwise,
  MatMul: addMatMul,
  _FusedMatMul: addMatMul,
  MaxPool: call => addPool(call, 'MaxPool'),
  AvgPool: call => addPool(call, 'AveragePool'),
};

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: 'relu',
  Relu6: 'relu6',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
  Elu: 'elu',
};

function addConvolution(call: NodeCall): void {
  addFilter(call, transposeConstant(filterOf(call), [3, 2, 0, 1]), 1);
}

function addDepthwise(call: NodeCall): void {
  const filter = filterOf(call);
  const [height, width, channels, multiplier] = filter.dims as [number, number, number, number];
  const flat = reshapeConstant(filter, [height, width, 1, channels * multiplier]);
  addFilter(call, transposeConstant(flat, [3, 2, 0, 1]), channels);
}

function addFilter(call: NodeCall, filter: Constant, groups: number): void {
  call.requireChannelsLast();
  withFused(call, (output, bias) =>
    convolve(call.graph, call.input(0), output, {
      filter,
      bias,
      groups,
      strides: call.pixels('strides'),
      dilations: call.pixels('dilations'),
      padding: call.padding(),
    }),
  );
}

function filterOf(call: NodeCall): Constant {
  const filter = call.constant(1);
  if (filter.dims.length !== 4 || filter.values.length === 0)
    throw corruptTfjs(`the filter of ${call.output} does not have four axes`);
  return filter;
}

function addMatMul(call: NodeCall): void {
  if (booleanAttribute(call.node, 'transpose_a')) throw call.unsupported('with a transposed input');
  const weights = call.constant(1);
  if (weights.dims.length !== 2) throw call.unsupported('with more than two axes');
  const transposed = booleanAttribute(call.node, 'transpose_b');
  withFused(call, (output, bias) =>
    fullyConnected(call.graph, call.input(0), output, weights, bias, { transposed, flatten: false }),
  );
}

function addPool(call: NodeCall, opType: 'MaxPool' | 'AveragePool'): void {
  call.requireChannelsLast();
  const window = { strides: call.pixels('strides'), padding: call.padding() };
  pool(call.graph, opType, call.input(0), call.output, call.pixels('ksize'), window);
}

/** Bias and activation that `fused_ops` lists, in that order. */
function withFused(call: NodeCall, add: (output: string, bias: Constant | undefined) => void): void {
  const { graph, node, output } = call;
  const fused = stringsAttribute(node, 'fused_ops');
  const bias = fused[0] === 'BiasAdd' ? call.constant(2) : undefined;
  const [activation, ...rest] = bias ? fused.slice(1) : fused;
  if (rest.length > 0) throw call.unsupported(`fused with ${fused.join(' and ')}`);
  if (activation === 'Prelu' || activation === 'LeakyRelu') {
    const linear = graph.builder.unique(`${output}/linear`);
    add(linear, bias);
    if (activation === 'Prelu') prelu(graph, linear, call.input(bias ? 3 : 2), output);
    else leakyRelu(graph, linear, output, floatAttribute(node, 'leakyrelu_alpha', 0.2));
    return;
  }
  const known =
    activation === undefined ? 'none' : Object.hasOwn(ACTIVATIONS, activation) && ACTIVATIONS[activation];
  if (!known) throw call.unsupported(`fused with ${activation}`);
  withActivation(graph, known, output, linear => add(linear, bias));
}
