// What a graph shows of itself: the shapes of its inputs and outputs, and whether it normalises its own pixels.
import type { Dimension, Graph } from '@insightface-ts/onnx';

/** See {@link traitsOf}. */
export interface GraphTraits {
  readonly inputs: number;
  /** Channels, height and width of the first input, where they are fixed. */
  readonly channels: number | undefined;
  readonly height: number | undefined;
  readonly width: number | undefined;
  /** Shape of each output; `undefined` where the rank is unknown. */
  readonly outputs: readonly (readonly Dimension[] | undefined)[];
  /** The first operators on the input subtract and scale. */
  readonly normalizesInput: boolean;
}

/** The traits that tell one network from another. */
export function traitsOf(graph: Graph): GraphTraits {
  const [input] = graph.inputs;
  const [, channels, height, width] = input?.dims?.length === 4 ? input.dims : [];
  return {
    inputs: graph.inputs.length,
    channels: fixed(channels),
    height: fixed(height),
    width: fixed(width),
    outputs: graph.outputs.map(output => output.dims),
    normalizesInput: input !== undefined && normalizes(graph, input.name),
  };
}

/** Last dimension of an output. */
export function lastDimension(dims: readonly Dimension[] | undefined): number | undefined {
  return fixed(dims?.at(-1));
}

function fixed(dimension: Dimension): number | undefined {
  return typeof dimension === 'number' ? dimension : undefined;
}

const arithmetic = new Set(['Sub', 'Add', 'Mul', 'Div', 'BatchNormalization']);

/** Follows the input to its first operator that is no arithmetic with constants. */
function normalizes(graph: Graph, input: string): boolean {
  let value = input;
  for (let steps = 0; steps < 8; steps++) {
    const node = graph.nodes.find(({ inputs }) => inputs.includes(value));
    if (!node || !arithmetic.has(node.opType)) return steps > 0;
    value = node.outputs[0] ?? '';
  }
  return true;
}

/**
 * How InsightFace's Python package guesses it: by the names of the first eight nodes.
 * https://github.com/deepinsight/insightface, model_zoo/arcface_onnx.py, landmark.py and attribute.py
 */
export function namesLookNormalizing(graph: Graph, family: string): boolean {
  let subtracts = false;
  let multiplies = false;
  for (const [index, { name }] of graph.nodes.slice(0, 8).entries()) {
    if (name.startsWith('Sub') || name.startsWith('_minus')) subtracts = true;
    if (name.startsWith('Mul') || name.startsWith('_mul')) multiplies = true;
    if (family !== 'arcface' && index < 3 && name === 'bn_data') return true;
  }
  return subtracts && multiplies;
}
