// What all edits of graphs share: looking things up, and failing with one voice.
import { OnnxError } from '../errors.js';
import type { Attribute, Graph, Model, Node, TensorData } from '../model.js';

/** Nodes by the values they make, constants by name (initializers and Constant nodes alike), users by value. */
export class GraphIndex {
  readonly producers = new Map<string, Node>();
  readonly users = new Map<string, Node[]>();
  readonly #graph: Graph;

  constructor(graph: Graph) {
    this.#graph = graph;
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.producers.set(output, node);
      for (const input of node.inputs) {
        const users = this.users.get(input);
        if (users) users.push(node);
        else this.users.set(input, [node]);
      }
    }
  }

  constant(name: string): TensorData | undefined {
    const initializer = this.#graph.initializers.get(name);
    if (initializer) return initializer;
    const producer = this.producers.get(name);
    if (producer?.opType === 'Identity') return this.constant(producer.inputs[0] ?? '');
    if (producer?.opType !== 'Constant') return undefined;
    const value = producer.attributes.get('value');
    return value?.kind === 'tensor' ? value.value : undefined;
  }

  /** A name that nothing in the graph has. */
  unique(base: string): string {
    let name = base;
    for (let number = 1; this.#taken(name); number++) name = `${base}_${number}`;
    return name;
  }

  #taken(name: string): boolean {
    return this.producers.has(name) || this.#graph.initializers.has(name) || this.users.has(name);
  }
}

/** The model with another graph. */
export function withGraph(model: Model, graph: Partial<Graph>): Model {
  return { ...model, graph: { ...model.graph, ...graph } };
}

export function intAttribute(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : otherwise;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

/** A node of the standard operator set with one output. */
export function makeNode(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Node {
  const entries = new Map(Object.entries(attributes));
  return { name: output, opType, domain: '', inputs, outputs: [output], attributes: entries };
}

export function editFailed(reason: string): OnnxError {
  return new OnnxError('GRAPH_EDIT_FAILED', `The graph cannot be edited this way: ${reason}.`);
}
