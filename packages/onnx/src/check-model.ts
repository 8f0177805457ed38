// Whether a graph holds together, before an engine written in C++ sees it.
import { OnnxError } from './errors.js';
import type { Attribute, Graph, Model, Node } from './model.js';

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

/**
 * Checks that every value is made exactly once and before its use, and that sizes in attributes make sense.
 * @throws OnnxError MODEL_CORRUPT, naming the node.
 */
export function checkModel(model: Model): void {
  if (model.opsets.length === 0) throw corrupt('it names no operator set');
  checkGraph(model.graph, new Set());
}

function checkGraph(graph: Graph, outer: ReadonlySet<string>): void {
  const known = new Set([...outer, ...graph.initializers.keys(), ...graph.inputs.map(input => input.name)]);
  for (const node of graph.nodes) {
    for (const input of node.inputs)
      if (input !== '' && !known.has(input))
        throw corrupt(`${describe(node)} uses ${input}, which nothing before it makes`);
    for (const [name, attribute] of node.attributes) checkAttribute(node, name, attribute, known);
    for (const output of node.outputs) {
      if (output !== '' && known.has(output))
        throw corrupt(`${describe(node)} makes ${output} a second time`);
      known.add(output);
    }
  }
  for (const output of graph.outputs)
    if (!known.has(output.name)) throw corrupt(`nothing makes its output ${output.name}`);
}

function checkAttribute(node: Node, name: string, attribute: Attribute, known: ReadonlySet<string>): void {
  if (attribute.kind === 'graph') checkGraph(attribute.value, known);
  const values =
    attribute.kind === 'int' ? [attribute.value] : attribute.kind === 'ints' ? attribute.value : [];
  if (positiveAttributes.has(name) && values.some(value => value < 1 || value > largestWindow))
    throw corrupt(`${describe(node)} has ${name} ${values.join(', ')}`);
  if (name === 'pads' && values.some(value => Math.abs(value) > largestWindow))
    throw corrupt(`${describe(node)} has pads ${values.join(', ')}`);
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
