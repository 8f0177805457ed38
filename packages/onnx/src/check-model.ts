// Whether a graph holds together, before an engine written in C++ sees it.
import { OnnxError } from './errors.js';
import { type Attribute, DataType, type Graph, type Model, type Node } from './model.js';
import { elementCount, tensorInts } from './tensor.js';

/** Attributes of convolutions and pools that divide or count: zero or less is never right. */
const positiveAttributes = new Set([
  'strides',
  'kernel_shape',
  'dilations',
  'group',
  'blocksize',
  'num_groups',
]);
const largestWindow = 65536;
/** Padding makes memory out of nothing; networks pad by half a window. */
const largestPadding = 1024;
/** Elements that an input, or a shape written in the file, may ask for: 0.5 GB of floats. */
const mostElements = 2 ** 27;
/** Operators whose result is as large as a constant says, and which input it is. */
const shapeInputs: Readonly<Record<string, number>> = { ConstantOfShape: 0, Expand: 1, Reshape: 1, Tile: 1 };

/** What may be used at a place in the graph: what came before it, here or in the graphs around. */
class Scope {
  readonly #own: Set<string>;
  readonly #outer: Scope | undefined;

  constructor(own: Iterable<string>, outer: Scope | undefined) {
    this.#own = new Set(own);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || (this.#outer?.has(name) ?? false);
  }

  add(name: string): void {
    this.#own.add(name);
  }
}

/**
 * Checks that every value is made exactly once and before its use, and that sizes in attributes and constant shapes
 * make sense.
 * @throws OnnxError MODEL_CORRUPT, naming the node.
 */
export function checkModel(model: Model): void {
  if (model.opsets.length === 0) throw corrupt('it names no operator set');
  for (const { name, dims = [] } of model.graph.inputs)
    if (elementCount(dims.map(dim => (typeof dim === 'number' ? dim : 1))) > mostElements)
      throw corrupt(`its input ${name} has the size ${dims.join(' x ')}`);
  checkGraph(model.graph, undefined);
}

function checkGraph(graph: Graph, outer: Scope | undefined): void {
  const scope = new Scope([...graph.initializers.keys(), ...graph.inputs.map(input => input.name)], outer);
  for (const node of graph.nodes) {
    for (const input of node.inputs)
      if (input !== '' && !scope.has(input))
        throw corrupt(`${describe(node)} uses ${input}, which nothing before it makes`);
    for (const [name, attribute] of node.attributes) checkAttribute(node, name, attribute, scope);
    checkShape(node, graph);
    for (const output of node.outputs) {
      if (output === '') continue;
      if (scope.has(output)) throw corrupt(`${describe(node)} makes ${output} a second time`);
      scope.add(output);
    }
  }
  for (const output of graph.outputs)
    if (!scope.has(output.name)) throw corrupt(`nothing makes its output ${output.name}`);
}

function checkAttribute(node: Node, name: string, attribute: Attribute, scope: Scope): void {
  if (attribute.kind === 'graph') checkGraph(attribute.value, scope);
  const values =
    attribute.kind === 'int' ? [attribute.value] : attribute.kind === 'ints' ? attribute.value : [];
  if (positiveAttributes.has(name) && values.some(value => value < 1 || value > largestWindow))
    throw corrupt(`${describe(node)} has ${name} ${values.join(', ')}`);
  if (name === 'pads' && values.some(value => Math.abs(value) > largestPadding))
    throw corrupt(`${describe(node)} has pads ${values.join(', ')}`);
}

function checkShape(node: Node, graph: Graph): void {
  const input = Object.hasOwn(shapeInputs, node.opType) ? shapeInputs[node.opType] : undefined;
  const shape = input === undefined ? undefined : graph.initializers.get(node.inputs[input] ?? '');
  if (shape?.dataType !== DataType.int64) return;
  const sizes = tensorInts(shape);
  // -1 and 0 in a Reshape stand for sizes that follow from the others.
  if (elementCount(sizes.map(size => Math.max(1, size))) > mostElements)
    throw corrupt(`${describe(node)} asks for the size ${sizes.join(' x ')}`);
}

function describe(node: Node): string {
  return `the node ${node.name || node.outputs[0] || ''} (${node.opType})`;
}

function corrupt(reason: string): OnnxError {
  return new OnnxError(
    'MODEL_CORRUPT',
    `The ONNX model contradicts itself: ${reason}. Fetch the file again.`,
  );
}
