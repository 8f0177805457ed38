// TFLite's element-wise operators.
import { attribute } from '../builder.js';
import { activate, binary, leakyRelu, prelu, unary, withActivation } from '../channels-last/elementwise.js';
import { DataType } from '../model.js';
import type { OperatorCall, OperatorConverter } from './operator-call.js';

export const elementwiseOperators: Record<string, OperatorConverter> = {
  ADD: fusible('Add'),
  SUB: fusible('Sub'),
  MUL: fusible('Mul'),
  DIV: fusible('Div'),
  MAXIMUM: call => addBinary(call, 'Max'),
  MINIMUM: call => addBinary(call, 'Min'),
  GREATER: call => addBinary(call, 'Greater'),
  GREATER_EQUAL: call => addBinary(call, 'GreaterOrEqual'),
  LESS: call => addBinary(call, 'Less'),
  LESS_EQUAL: call => addBinary(call, 'LessOrEqual'),
  ABS: call => addUnary(call, 'Abs'),
  NEG: call => addUnary(call, 'Neg'),
  EXP: call => addUnary(call, 'Exp'),
  SQRT: call => addUnary(call, 'Sqrt'),
  LOGISTIC: call => addUnary(call, 'Sigmoid'),
  HARD_SWISH: call => addUnary(call, 'HardSwish'),
  RELU: call => activate(call.graph, 'relu', call.input(0), call.output),
  RELU6: call => activate(call.graph, 'relu6', call.input(0), call.output),
  RELU_N1_TO_1: call => activate(call.graph, 'reluN1To1', call.input(0), call.output),
  TANH: call => activate(call.graph, 'tanh', call.input(0), call.output),
  LEAKY_RELU: call => leakyRelu(call.graph, call.input(0), call.output, call.options?.float32(0) ?? 0),
  PRELU: call => prelu(call.graph, call.input(0), call.input(1), call.output),
  CAST(call) {
    if (call.outputTensor.dataType !== DataType.float32)
      throw call.unsupported('to another type than float32');
    unary(call.graph, 'Cast', call.input(0), call.output, { to: attribute.int(DataType.float32) });
  },
};

function fusible(opType: string): OperatorConverter {
  return call =>
    withActivation(call.graph, call.activation(0), call.output, output =>
      binary(call.graph, opType, call.input(0), call.input(1), output),
    );
}

function addBinary(call: OperatorCall, opType: string): void {
  binary(call.graph, opType, call.input(0), call.input(1), call.output);
}

function addUnary(call: OperatorCall, opType: string): void {
  unary(call.graph, opType, call.input(0), call.output);
}
