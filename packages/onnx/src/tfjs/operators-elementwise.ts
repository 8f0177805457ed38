// TF.js' element-wise operators.
import { activate, binary, leakyRelu, prelu, unary } from '../channels-last/elementwise.js';
import { floatAttribute } from './graph-def.js';
import type { NodeCall, NodeConverter } from './node-call.js';

export const elementwiseOperators: Record<string, NodeConverter> = {
  Add: call => addBinary(call, 'Add'),
  AddV2: call => addBinary(call, 'Add'),
  BiasAdd: call => addBinary(call, 'Add'),
  Sub: call => addBinary(call, 'Sub'),
  Mul: call => addBinary(call, 'Mul'),
  RealDiv: call => addBinary(call, 'Div'),
  Maximum: call => addBinary(call, 'Max'),
  Minimum: call => addBinary(call, 'Min'),
  AddN: addAll,
  Relu: call => activate(call.graph, 'relu', call.input(0), call.output),
  Relu6: call => activate(call.graph, 'relu6', call.input(0), call.output),
  Sigmoid: call => addUnary(call, 'Sigmoid'),
  Tanh: call => addUnary(call, 'Tanh'),
  Elu: call => addUnary(call, 'Elu'),
  Exp: call => addUnary(call, 'Exp'),
  Abs: call => addUnary(call, 'Abs'),
  Neg: call => addUnary(call, 'Neg'),
  Sqrt: call => addUnary(call, 'Sqrt'),
  LeakyRelu: call =>
    leakyRelu(call.graph, call.input(0), call.output, floatAttribute(call.node, 'alpha', 0.2)),
  Prelu: call => prelu(call.graph, call.input(0), call.input(1), call.output),
  Identity: call => call.graph.alias(call.output, call.input(0)),
};

function addBinary(call: NodeCall, opType: string): void {
  binary(call.graph, opType, call.input(0), call.input(1), call.output);
}

function addUnary(call: NodeCall, opType: string): void {
  unary(call.graph, opType, call.input(0), call.output);
}

function addAll(call: NodeCall): void {
  const { graph, inputs, output } = call;
  let sum = call.input(0);
  for (const input of inputs.slice(1, -1)) {
    const next = graph.builder.unique(`${output}/sum`);
    binary(graph, 'Add', sum, input, next);
    sum = next;
  }
  if (inputs.length === 1) graph.alias(output, sum);
  else binary(graph, 'Add', sum, inputs.at(-1)!, output);
}
