// Training with weight decay leaves channels that nobody reads: their columns in the next convolution are zero. More
// than half of fr_feature's inner channels are such. Without them outputs stay the same and the work shrinks.
import { attribute } from '../builder.js';
import { DataType, type Graph, type Model, type Node, type TensorData } from '../model.js';
import { elementBytes, elementCount, tensorFloats } from '../tensor.js';
import { GraphIndex, intAttribute, withGraph, withoutUnused } from './graph-edit.js';

/** ONNX Runtime's blocked layout holds 8 or 16 channels together; other counts leave it. */
const block = 16;

/** Operators that handle each channel alone and hold no numbers of it. */
const perChannel = new Set([
  ...['Relu', 'LeakyRelu', 'Clip', 'Sigmoid', 'Tanh', 'Elu', 'HardSigmoid', 'HardSwish', 'Identity'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool'],
]);

/**
 * Cuts channels out of convolutions whose results the next convolution multiplies with zero only. The number of
 * channels stays a multiple of 16. Weights that are tiny, not zero, count: see {@link dropTinyWeights}.
 */
export function dropDeadChannels(model: Model): Model {
  const cutter = new ChannelCutter(model.graph);
  for (const node of model.graph.nodes) cutter.cutBefore(node);
  return cutter.changed ? withGraph(model, withoutUnused(cutter.graph())) : model;
}

/** Which of a value's channels are kept. */
interface Kept {
  readonly total: number;
  readonly indices: readonly number[];
}

class ChannelCutter {
  readonly #graph: Graph;
  readonly #index: GraphIndex;
  readonly #initializers: Map<string, TensorData>;
  readonly #rewritten = new Map<Node, Node>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#index = new GraphIndex(graph);
    this.#initializers = new Map(graph.initializers);
  }

  get changed(): boolean {
    return this.#rewritten.size > 0;
  }

  graph(): Graph {
    const nodes = this.#graph.nodes.map(node => this.#rewritten.get(node) ?? node);
    // Shapes that the exporter wrote down hold the old numbers of channels.
    return { ...this.#graph, nodes, initializers: this.#initializers, valueInfo: [] };
  }

  /** Cuts what this convolution reads with weights of zero, from where it is made down to here. */
  cutBefore(reader: Node): void {
    if (reader.opType !== 'Conv' || intAttribute(reader, 'group', 1) !== 1) return;
    const kept = this.#columnsRead(reader);
    const chain = kept && this.#chainBefore(reader, kept.total);
    if (!chain) return;
    for (const node of chain) this.#cutNode(node, kept);
    this.#cutInput(reader, 1, 1, kept);
  }

  /** The channels that count, filled up to whole blocks; undefined when that is all of them. */
  #columnsRead(reader: Node): Kept | undefined {
    const weights = this.#constant(reader, 1);
    if (weights?.dataType !== DataType.float32 || weights.dims.length !== 4) return undefined;
    const [rows = 0, total = 0] = weights.dims;
    if (rows === 0 || total <= block) return undefined;
    const values = tensorFloats(weights);
    const size = values.length / rows / total;
    const dead = new Array<boolean>(total).fill(true);
    for (let at = 0; at < values.length; at++)
      if (values[at] !== 0) dead[Math.floor(at / size) % total] = false;
    const alive = dead.filter(isDead => !isDead).length;
    let spare = Math.max(block, Math.ceil(alive / block) * block) - alive;
    const indices = dead.flatMap((isDead, channel) => (isDead && spare-- <= 0 ? [] : [channel]));
    return indices.length < total ? { total, indices } : undefined;
  }

  /** The nodes from the convolution that makes the channels to the one before the reader; nobody else may see them. */
  #chainBefore(reader: Node, channels: number): Node[] | undefined {
    const chain: Node[] = [];
    for (let value = reader.inputs[0] ?? ''; ; ) {
      const node = this.#index.producers.get(value);
      if (!node || !this.#index.isPrivate(value)) return undefined;
      const role = this.#roleOf(node, channels);
      if (role === undefined) return undefined;
      chain.push(node);
      if (role === 'source') return chain;
      value = node.inputs[0] ?? '';
    }
  }

  #roleOf(node: Node, channels: number): 'source' | 'passes' | undefined {
    if (perChannel.has(node.opType)) return 'passes';
    if (node.opType === 'BatchNormalization')
      return [1, 2, 3, 4].every(input => this.#constant(node, input)?.dims[0] === channels)
        ? 'passes'
        : undefined;
    if (node.opType === 'PRelu') {
      const slope = this.#constant(node, 1);
      return slope && (elementCount(slope.dims) === 1 || slope.dims.at(-3) === channels)
        ? 'passes'
        : undefined;
    }
    if (node.opType !== 'Conv') return undefined;
    const weights = this.#constant(node, 1);
    const hasBias = (node.inputs[2] ?? '') !== '';
    if (weights?.dims[0] !== channels || (hasBias && this.#constant(node, 2)?.dims[0] !== channels))
      return undefined;
    const group = intAttribute(node, 'group', 1);
    if (group === 1) return 'source';
    return group === channels && weights.dims[1] === 1 ? 'passes' : undefined;
  }

  #cutNode(node: Node, kept: Kept): void {
    if (node.opType === 'Conv') {
      this.#cutInput(node, 1, 0, kept);
      if ((node.inputs[2] ?? '') !== '') this.#cutInput(node, 2, 0, kept);
      if (intAttribute(node, 'group', 1) === 1) return;
      const current = this.#rewritten.get(node) ?? node;
      const attributes = new Map(current.attributes).set('group', attribute.int(kept.indices.length));
      this.#rewritten.set(node, { ...current, attributes });
    } else if (node.opType === 'BatchNormalization') {
      for (const input of [1, 2, 3, 4]) this.#cutInput(node, input, 0, kept);
    } else if (node.opType === 'PRelu') {
      const rank = this.#constant(node, 1)?.dims.length ?? 0;
      if (rank >= 3) this.#cutInput(node, 1, rank - 3, kept);
    }
  }

  #cutInput(node: Node, input: number, axis: number, kept: Kept): void {
    const tensor = this.#constant(node, input);
    if (!tensor || tensor.dims[axis] !== kept.total) return;
    const name = this.#index.unique(`${tensor.name || node.inputs[input]}/kept`);
    this.#initializers.set(name, { ...takeAlong(tensor, axis, kept.indices), name });
    const current = this.#rewritten.get(node) ?? node;
    this.#rewritten.set(node, { ...current, inputs: current.inputs.with(input, name) });
  }

  /** A constant input as it is by now. */
  #constant(node: Node, input: number): TensorData | undefined {
    const name = (this.#rewritten.get(node) ?? node).inputs[input] ?? '';
    return this.#initializers.get(name) ?? this.#index.constant(name);
  }
}

function takeAlong(tensor: TensorData, axis: number, indices: readonly number[]): TensorData {
  const inner = elementCount(tensor.dims.slice(axis + 1)) * (elementBytes(tensor.dataType) ?? 0);
  const outer = elementCount(tensor.dims.slice(0, axis));
  const total = tensor.dims[axis] ?? 0;
  const bytes = new Uint8Array(outer * indices.length * inner);
  let to = 0;
  for (let row = 0; row < outer; row++)
    for (const index of indices) {
      const from = (row * total + index) * inner;
      bytes.set(tensor.bytes.subarray(from, from + inner), to);
      to += inner;
    }
  return { ...tensor, dims: tensor.dims.with(axis, indices.length), bytes };
}
