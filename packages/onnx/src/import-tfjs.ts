// TF.js graph models to ONNX (https://www.tensorflow.org/js/guide/conversion).
import { ChannelsLastGraph } from './channels-last/graph.js';
import { OnnxError } from './errors.js';
import { DataType, type Dimension, type Model } from './model.js';
import { readTfjsGraph, type TfjsGraph, type TfjsInput, type TfjsNode } from './tfjs/graph-def.js';
import { corruptTfjs } from './tfjs/json.js';
import { NodeCall, type NodeConverter } from './tfjs/node-call.js';
import { convolutionOperators } from './tfjs/operators-convolution.js';
import { elementwiseOperators } from './tfjs/operators-elementwise.js';
import { shapeOperators } from './tfjs/operators-shape.js';
import { readTfjsWeights } from './tfjs/weights.js';

// What weights may expand to: uint8 becomes float32, and a weight may be used in two layouts.
const EXPANSION = 16;
const SMALL_CONSTANTS = 2 ** 20;

const OPERATORS: Readonly<Record<string, NodeConverter>> = {
  ...convolutionOperators,
  ...elementwiseOperators,
  ...shapeOperators,
};

/**
 * Converts a TF.js graph model into an ONNX model that computes the same.
 *
 * - Inputs are the placeholders, outputs those of the signature in its order, or else the nodes that no other
 *   uses. Names are the nodes' names without `:0`. Layout stays: pictures are `[batch, height, width, channels]`.
 * - The batch is free wherever the operators allow it.
 * - Quantised weights (float16, uint8, uint16) become float32.
 *
 * @param modelJson - model.json, parsed or as bytes.
 * @param weights - The bytes of all weight files one after the other, in the order of `weightsManifest`.
 * @throws OnnxError MODEL_CORRUPT when a part is damaged or the two do not belong together; MODEL_UNSUPPORTED,
 * naming the operator, for what is not converted (control flow, custom operators, inputs that are not float32).
 */
export function importTfjs(modelJson: object | Uint8Array, weights: Uint8Array): Model {
  const json = modelJson instanceof Uint8Array ? parse(modelJson) : modelJson;
  const source = readTfjsGraph(json);
  const constants = readTfjsWeights(json, weights);
  const nodes = inOrder(source);
  const graph = new ChannelsLastGraph(
    'tfjs',
    source.nodes.keys(),
    EXPANSION * weights.byteLength + SMALL_CONSTANTS,
  );
  for (const input of source.inputs) defineInput(graph, input);
  for (const node of nodes) {
    if (node.op === 'Placeholder') continue;
    if (node.op === 'Const') {
      const constant = constants.get(node.name);
      if (!constant) throw corruptTfjs(`the weight ${node.name} is not in weightsManifest`);
      graph.defineConstant(node.name, constant);
      continue;
    }
    const converter = Object.hasOwn(OPERATORS, node.op) ? OPERATORS[node.op] : undefined;
    const call = new NodeCall(graph, node);
    if (!converter) throw call.unsupported('');
    converter(call);
  }
  for (const { name, shape } of source.outputs)
    graph.defineOutput(name, name, freeDimensions(shape), DataType.float32);
  return graph.build();
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new OnnxError('MODEL_CORRUPT', corruptTfjs('model.json is not JSON').message, { cause });
  }
}

function defineInput(graph: ChannelsLastGraph, { name, dataType, shape }: TfjsInput): void {
  if (dataType !== 'DT_FLOAT')
    throw new OnnxError(
      'MODEL_UNSUPPORTED',
      `The TF.js input ${name} has the type ${dataType}; only DT_FLOAT is supported.`,
    );
  graph.defineInput(name, freeDimensions(shape));
}

function freeDimensions(shape: readonly number[] | undefined): Dimension[] | undefined {
  const dims: Dimension[] | undefined = shape?.map(size => (size < 0 ? undefined : size));
  if (dims && dims.length > 1) dims[0] = 'batch';
  return dims;
}

/** The nodes that the outputs need, each after those it uses. */
function inOrder({ nodes, outputs }: TfjsGraph): TfjsNode[] {
  const ordered: TfjsNode[] = [];
  const state = new Map<string, 'open' | 'done'>();
  // A stack of our own: a long chain of nodes must not exhaust the call stack.
  const stack = outputs.map(output => output.name).reverse();
  while (stack.length > 0) {
    const name = stack.at(-1)!;
    const node = nodes.get(name);
    if (!node) throw corruptTfjs(`the node ${name} is not there`);
    if (!state.has(name)) {
      state.set(name, 'open');
      const waiting = node.inputs.filter(input => state.get(input) !== 'done');
      if (waiting.some(input => state.get(input) === 'open')) throw corruptTfjs(`${name} depends on itself`);
      if (waiting.length > 0) {
        // One by one: spread out, too many inputs would exhaust the call stack.
        for (const input of waiting) stack.push(input);
        continue;
      }
    }
    stack.pop();
    if (state.get(name) !== 'done') ordered.push(node);
    state.set(name, 'done');
  }
  return ordered;
}
