// What all edits of graphs share: looking things up, and failing with one voice.
import { OnnxError } from '../errors.js';
import type { Attribute, Graph, Model, Node, TensorData } from '../model.js';

/** Nodes by the values they make, constants by name (initializers and Constant nodes alike), users by value. */
export class GraphIndex {
  readonly producers = new Map<string, Node>();
  /** Those within inner graphs (If, Loop) count as users, too. */
  readonly users = new Map<string, Node[]>();
  readonly #graph: Graph;
  readonly #outputs: ReadonlySet<string>;
  readonly #given = new Set<string>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs.map(output => output.name));
    for (const node of graph.nodes) {
      for (const output of node.outputs) this.producers.set(output, node);
      this.#addUser(node);
    }
  }

  constant(name: string): TensorData | undefined {
    // Hostile graphs may have Identity nodes in a circle.
    for (let at = name, steps = 0; steps < 100; steps++) {
      const initializer = this.#graph.initializers.get(at);
      if (initializer) return initializer;
      const producer = this.producers.get(at);
      if (producer?.opType === 'Identity') {
        at = producer.inputs[0] ?? '';
        continue;
      }
      const value = producer?.opType === 'Constant' ? producer.attributes.get('value') : undefined;
      return value?.kind === 'tensor' ? value.value : undefined;
    }
    return undefined;
  }

  /** Whether exactly one node uses the value, once, and it is no output of the graph. */
  isPrivate(name: string): boolean {
    return this.users.get(name)?.length === 1 && !this.#outputs.has(name);
  }

  /** A name that nothing in the graph has, and that is not given out twice. */
  unique(base: string): string {
    let name = base;
    for (let number = 1; this.#taken(name); number++) name = `${base}_${number}`;
    this.#given.add(name);
    return name;
  }

  #addUser(node: Node): void {
    for (const input of node.inputs) {
      const users = this.users.get(input);
      if (users) users.push(node);
      else this.users.set(input, [node]);
    }
    for (const inner of innerGraphs(node)) {
      for (const innerNode of inner.nodes) this.#addUser(innerNode);
      // An inner graph may hand out a value of the outer one as it is.
      for (const output of inner.outputs) this.users.set(output.name, [node, node]);
    }
  }

  #taken(name: string): boolean {
    return (
      this.#given.has(name) ||
      this.producers.has(name) ||
      this.#graph.initializers.has(name) ||
      this.users.has(name)
    );
  }
}

/** Graphs that a node holds: the branches of an If, the body of a Loop. */
function innerGraphs(node: Node): Graph[] {
  return [...node.attributes.values()].flatMap(value => (value.kind === 'graph' ? [value.value] : []));
}

/** The graph without initializers that no node and no output uses. */
export function withoutUnused(graph: Graph): Graph {
  const { users } = new GraphIndex(graph);
  const outputs = new Set(graph.outputs.map(output => output.name));
  const initializers = new Map(
    [...graph.initializers].filter(([name]) => users.has(name) || outputs.has(name)),
  );
  return { ...graph, initializers };
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
