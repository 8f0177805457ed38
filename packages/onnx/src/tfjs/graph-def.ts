// The graph of a TF.js graph model as plain data
// (tensorflow/core/framework/graph.proto, as JSON under modelTopology).
import { OnnxError } from '../errors.js';
import {
  asArray,
  asInteger,
  asObject,
  asString,
  corruptTfjs,
  fromBase64,
  type JsonObject,
  member,
} from './json.js';

/** One node. */
export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  /** Names of the nodes whose first output comes in. */
  readonly inputs: readonly string[];
  readonly attributes: JsonObject;
}

/** A tensor that comes out: the first output of the node of that name. `shape` holds -1 for what is free. */
export interface TfjsOutput {
  readonly name: string;
  readonly shape: readonly number[] | undefined;
}

/** A picture or other tensor that goes in. `shape` holds -1 for what is free. */
export interface TfjsInput {
  readonly name: string;
  readonly dataType: string;
  readonly shape: readonly number[] | undefined;
}

/** Nodes by name, what goes in, and what comes out. */
export interface TfjsGraph {
  readonly nodes: ReadonlyMap<string, TfjsNode>;
  readonly inputs: readonly TfjsInput[];
  readonly outputs: readonly TfjsOutput[];
}

/** Reads the graph of a parsed model.json. */
export function readTfjsGraph(json: unknown): TfjsGraph {
  const model = asObject(json, 'model.json');
  const topology = asObject(member(model, 'modelTopology'), 'modelTopology');
  if (member(topology, 'node') === undefined)
    throw new OnnxError(
      'MODEL_UNSUPPORTED',
      'This TF.js model is not a graph model; convert it with tensorflowjs_converter --output_format=tfjs_graph_model.',
    );
  const nodes = new Map<string, TfjsNode>();
  for (const item of asArray(member(topology, 'node'), 'modelTopology.node')) {
    const node = readNode(item);
    if (nodes.has(node.name)) throw corruptTfjs(`the node ${node.name} is there twice`);
    nodes.set(node.name, node);
  }
  const signature = member(model, 'signature') ?? member(topology, 'signature');
  return { nodes, inputs: readInputs(nodes), outputs: readOutputs(nodes, signature) };
}

function readNode(item: unknown): TfjsNode {
  const node = asObject(item, 'a node');
  const name = asString(member(node, 'name'), 'the name of a node');
  const inputs = asArray(member(node, 'input') ?? [], `the inputs of ${name}`)
    .map(input => asString(input, `an input of ${name}`))
    // Inputs with ^ only order the computation.
    .filter(input => !input.startsWith('^'))
    .map(nodeName);
  const attributes = asObject(member(node, 'attr') ?? {}, `the attributes of ${name}`);
  return { name, op: asString(member(node, 'op'), `the operator of ${name}`), inputs, attributes };
}

/** `name:0` is the first output of a node; the operators that are converted have no other. */
function nodeName(tensor: string): string {
  const [, name = tensor, output = '0'] = /^(.*?)(?::(\d+))?$/s.exec(tensor) ?? [];
  if (output !== '0')
    throw new OnnxError(
      'MODEL_UNSUPPORTED',
      `The model uses ${tensor}: operators with several outputs are not supported.`,
    );
  return name;
}

function readInputs(nodes: ReadonlyMap<string, TfjsNode>): TfjsInput[] {
  return [...nodes.values()]
    .filter(node => node.op === 'Placeholder')
    .map(node => ({
      name: node.name,
      dataType: asString(
        member(attributeOf(node, 'dtype') ?? {}, 'type') ?? 'DT_FLOAT',
        `the type of ${node.name}`,
      ),
      shape: readShape(member(attributeOf(node, 'shape') ?? {}, 'shape'), node.name),
    }));
}

/** The sizes of a shape, `undefined` when its rank is unknown. */
function readShape(shape: unknown, name: string): number[] | undefined {
  const dims = shape === undefined ? undefined : member(asObject(shape, `the shape of ${name}`), 'dim');
  if (dims === undefined) return undefined;
  return asArray(dims, `the shape of ${name}`).map(dim =>
    asInteger(member(asObject(dim, `a size of ${name}`), 'size') ?? 0, `a size of ${name}`),
  );
}

/** The outputs of the signature in its order; without one, every node that no other uses. */
function readOutputs(nodes: ReadonlyMap<string, TfjsNode>, signature: unknown): TfjsOutput[] {
  const outputs = signature === undefined ? undefined : member(asObject(signature, 'signature'), 'outputs');
  if (outputs !== undefined) {
    const found = new Map<string, TfjsOutput>();
    for (const item of Object.values(asObject(outputs, 'signature.outputs'))) {
      const output = asObject(item, 'an output');
      const name = nodeName(asString(member(output, 'name'), 'the name of an output'));
      found.set(name, { name, shape: readShape(member(output, 'tensorShape'), name) });
    }
    return [...found.values()];
  }
  const used = new Set([...nodes.values()].flatMap(node => node.inputs));
  return [...nodes.keys()].filter(name => !used.has(name)).map(name => ({ name, shape: undefined }));
}

/** The value of an attribute, an object such as `{"i": "1"}`, or `undefined`. */
export function attributeOf(node: TfjsNode, key: string): JsonObject | undefined {
  const value = member(node.attributes, key);
  return value === undefined ? undefined : asObject(value, `${key} of ${node.name}`);
}

/** A text attribute. */
export function stringAttribute(node: TfjsNode, key: string, fallback: string): string {
  const value = member(attributeOf(node, key) ?? {}, 's');
  return value === undefined ? fallback : fromBase64(asString(value, `${key} of ${node.name}`), key);
}

/** A list of texts. */
export function stringsAttribute(node: TfjsNode, key: string): string[] {
  return list(node, key, 's').map(value => fromBase64(asString(value, `${key} of ${node.name}`), key));
}

/** A whole number. */
export function integerAttribute(node: TfjsNode, key: string, fallback: number): number {
  const value = member(attributeOf(node, key) ?? {}, 'i');
  return value === undefined ? fallback : asInteger(value, `${key} of ${node.name}`);
}

/** A list of whole numbers; empty when it is left out. */
export function integersAttribute(node: TfjsNode, key: string): number[] {
  return list(node, key, 'i').map(value => asInteger(value, `${key} of ${node.name}`));
}

/** A number. */
export function floatAttribute(node: TfjsNode, key: string, fallback: number): number {
  const value = member(attributeOf(node, key) ?? {}, 'f');
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw corruptTfjs(`${key} of ${node.name} is not a number`);
  return value;
}

/** A yes or no. */
export function booleanAttribute(node: TfjsNode, key: string): boolean {
  return member(attributeOf(node, key) ?? {}, 'b') === true;
}

function list(node: TfjsNode, key: string, kind: string): readonly unknown[] {
  const value = member(attributeOf(node, key) ?? {}, 'list');
  if (value === undefined) return [];
  return asArray(member(asObject(value, `${key} of ${node.name}`), kind) ?? [], `${key} of ${node.name}`);
}
