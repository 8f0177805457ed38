// TFLite's operators that move, resize, slice, reduce and multiply matrices.
import { attribute } from '../builder.js';
import { withActivation } from '../channels-last/elementwise.js';
import { fullyConnected, type Reduction, reduce, softmax } from '../channels-last/reduce.js';
import {
  concatenate,
  depthToSpace,
  pad,
  reshape,
  resizeBilinear,
  withFreeBatch,
} from '../channels-last/shape.js';
import { stridedSlice } from '../channels-last/slice.js';
import { elementCount } from '../tensor.js';
import { corruptTflite } from './flatbuffer.js';
import type { OperatorCall, OperatorConverter } from './operator-call.js';

export const shapeOperators: Record<string, OperatorConverter> = {
  RESHAPE: addReshape,
  SQUEEZE: addReshape,
  EXPAND_DIMS: addReshape,
  CONCATENATION: call =>
    withActivation(call.graph, call.activation(1), call.output, output =>
      concatenate(call.graph, call.inputs, output, call.options?.int32(0) ?? 0),
    ),
  PAD: call => pad(call.graph, call.input(0), call.output, paddingsOf(call)),
  TRANSPOSE(call) {
    const order = call.integers(1);
    call.graph.addPlain('Transpose', [call.graph.plain(call.input(0))], call.output, {
      perm: attribute.ints(order),
    });
  },
  RESIZE_BILINEAR(call) {
    const [height, width] = call.integers(1);
    if (height === undefined || width === undefined) throw corruptTflite('a resize has no size');
    resizeBilinear(call.graph, call.input(0), call.output, [height, width], {
      alignCorners: call.options?.bool(2) ?? false,
      halfPixelCenters: call.options?.bool(3) ?? false,
    });
  },
  DEPTH_TO_SPACE: call => depthToSpace(call.graph, call.input(0), call.output, call.options?.int32(0) ?? 0),
  STRIDED_SLICE(call) {
    const { options } = call;
    stridedSlice(call.graph, call.input(0), call.output, {
      begin: call.integers(1),
      end: call.integers(2),
      strides: call.integers(3),
      beginMask: options?.int32(0) ?? 0,
      endMask: options?.int32(1) ?? 0,
      shrinkMask: options?.int32(4) ?? 0,
      otherMasks: (options?.int32(2) ?? 0) | (options?.int32(3) ?? 0),
    });
  },
  MEAN: call => addReduction(call, 'ReduceMean'),
  SUM: call => addReduction(call, 'ReduceSum'),
  REDUCE_MAX: call => addReduction(call, 'ReduceMax'),
  REDUCE_MIN: call => addReduction(call, 'ReduceMin'),
  SOFTMAX(call) {
    if ((call.options?.float32(0) ?? 0) !== 1) throw call.unsupported('with beta other than 1');
    softmax(call.graph, call.input(0), call.output);
  },
  FULLY_CONNECTED(call) {
    if ((call.options?.int8(1) ?? 0) !== 0) throw call.unsupported('with shuffled weights');
    if (call.outputTensor.shape.length !== 2) throw call.unsupported('with more than two axes');
    const weights = call.constant(1);
    if (weights.dims.length !== 2) throw corruptTflite('a fully connected layer has no weight matrix');
    withActivation(call.graph, call.activation(0), call.output, output =>
      fullyConnected(call.graph, call.input(0), output, weights, call.optionalConstant(2), {
        transposed: true,
        flatten: call.inputTensor(0).shape.length !== 2,
      }),
    );
  },
};

function addReshape(call: OperatorCall): void {
  const { shape, signature } = call.outputTensor;
  const open = signature.filter(size => size < 0).length;
  reshape(call.graph, call.input(0), call.output, withFreeBatch(open === 1 ? signature : shape, call.batch));
}

function addReduction(call: OperatorCall, opType: Reduction): void {
  const axes = call.integers(1);
  const rank = call.inputTensor(0).shape.length;
  if (axes.length === 0 || axes.some(axis => axis < -rank || axis >= rank))
    throw corruptTflite(`${call.operator.type} names an axis that is not there`);
  reduce(call.graph, opType, call.input(0), call.output, axes, call.options?.bool(0) ?? false);
}

function paddingsOf(call: OperatorCall): number[] {
  const { dims, values } = call.constant(1);
  const rank = call.inputTensor(0).shape.length;
  if (elementCount(dims) !== 2 * rank) throw corruptTflite('a padding does not fit its input');
  return Array.from(values);
}
