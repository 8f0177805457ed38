// TFLite's convolutions and pools. Filters are [out, height, width, in], depthwise ones [1, height, width, out].
import { type Constant, transposeConstant } from '../channels-last/constant.js';
import { convolve, pool } from '../channels-last/convolution.js';
import { withActivation } from '../channels-last/elementwise.js';
import { corruptTflite } from './flatbuffer.js';
import type { OperatorCall, OperatorConverter } from './operator-call.js';

export const convolutionOperators: Record<string, OperatorConverter> = {
  CONV_2D(call) {
    const filter = transposeConstant(filterOf(call), [0, 3, 1, 2]);
    const channels = channelsOf(call);
    const groups = channels / filter.dims[1]!;
    if (!Number.isInteger(groups) || groups < 1) throw corruptTflite('a filter does not fit its input');
    addConvolution(call, filter, groups, { activation: 3, dilationWidth: 4 });
  },
  DEPTHWISE_CONV_2D(call) {
    const filter = transposeConstant(filterOf(call), [3, 0, 1, 2]);
    const channels = channelsOf(call);
    if (filter.dims[1] !== 1 || channels < 1 || filter.dims[0]! % channels !== 0)
      throw corruptTflite('a depthwise filter does not fit its input');
    addConvolution(call, filter, channels, { activation: 4, dilationWidth: 5 });
  },
  MAX_POOL_2D: call => addPool(call, 'MaxPool'),
  AVERAGE_POOL_2D: call => addPool(call, 'AveragePool'),
};

function addConvolution(
  call: OperatorCall,
  filter: Constant,
  groups: number,
  field: { activation: number; dilationWidth: number },
): void {
  const { graph, options } = call;
  withActivation(graph, call.activation(field.activation), call.output, output =>
    convolve(graph, call.input(0), output, {
      filter,
      bias: call.optionalConstant(2),
      groups,
      strides: stridesOf(call),
      dilations: [
        options?.int32(field.dilationWidth + 1, 1) ?? 1,
        options?.int32(field.dilationWidth, 1) ?? 1,
      ],
      padding: paddingOf(call),
    }),
  );
}

function addPool(call: OperatorCall, opType: 'MaxPool' | 'AveragePool'): void {
  const { graph, options } = call;
  const kernel = [options?.int32(4) ?? 0, options?.int32(3) ?? 0] as const;
  channelsOf(call);
  withActivation(graph, call.activation(5), call.output, output =>
    pool(graph, opType, call.input(0), output, kernel, {
      strides: stridesOf(call),
      padding: paddingOf(call),
    }),
  );
}

function filterOf(call: OperatorCall): Constant {
  const filter = call.constant(1);
  if (filter.dims.length !== 4 || filter.values.length === 0)
    throw corruptTflite('a filter does not have four axes');
  return filter;
}

function channelsOf(call: OperatorCall): number {
  const { shape } = call.inputTensor(0);
  if (shape.length !== 4) throw corruptTflite(`${call.operator.type} has an input without four axes`);
  return shape[3]!;
}

function stridesOf(call: OperatorCall): [number, number] {
  return [call.options?.int32(2) ?? 0, call.options?.int32(1) ?? 0];
}

function paddingOf(call: OperatorCall): 'SAME' | 'VALID' {
  return (call.options?.int8(0) ?? 0) === 0 ? 'SAME' : 'VALID';
}
