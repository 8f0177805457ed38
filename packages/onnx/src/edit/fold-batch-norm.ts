// A BatchNormalization right after a convolution or a matrix product is a scale and a shift of its results, channel by channel:
// both go into the weights and the bias, y = (s w) x + s (b - mean) + shift with s = scale / sqrt(variance + epsilon).
import { DataType, type Model, type Node, type TensorData } from '../model.js';
import { floatTensor, tensorFloats } from '../tensor.js';
import { GraphIndex, makeNode, withGraph, withoutUnused } from './graph-edit.js';

/** A linear operation with what comes after it, which becomes one with other constants. */
interface Linear {
  readonly kind: 'Conv' | 'MatMul';
  readonly product: Node;
  /** The Add of a MatMul's bias. */
  readonly sum: Node | undefined;
  readonly weights: TensorData;
  readonly bias: TensorData | undefined;
}

/** Equal to within rounding. A normalisation before a convolution stays: with zero padding it cannot be folded. */
export function foldBatchNorm(model: Model): Model {
  const index = new GraphIndex(model.graph);
  const initializers = new Map(model.graph.initializers);
  const replaced = new Map<Node, readonly Node[]>();
  for (const norm of model.graph.nodes) {
    if (norm.opType !== 'BatchNormalization' || norm.outputs.length !== 1) continue;
    const linear = linearBefore(norm.inputs[0] ?? '', index);
    const factors = linear && factorsOf(norm, index);
    if (!linear || !factors || factors.scale.length !== channelsOf(linear)) continue;
    if (linear.sum) replaced.set(linear.sum, []);
    replaced.set(linear.product, []);
    replaced.set(norm, fold(linear, factors, norm.outputs[0]!, index, initializers));
  }
  const nodes = model.graph.nodes.flatMap(node => replaced.get(node) ?? [node]);
  return withGraph(model, withoutUnused({ ...model.graph, nodes, initializers }));
}

function linearBefore(name: string, index: GraphIndex): Linear | undefined {
  const node = index.producers.get(name);
  if (!node || !index.isPrivate(name)) return undefined;
  if (node.opType === 'Add') {
    const [first = '', second = ''] = node.inputs;
    const before = index.isPrivate(first) ? linearBefore(first, index) : undefined;
    const bias = floats(second, index);
    if (before?.kind !== 'MatMul' || before.sum || bias?.dims.length !== 1) return undefined;
    return { ...before, sum: node, bias };
  }
  const weights = floats(node.inputs[1] ?? '', index);
  const bias = floats(node.inputs[2] ?? '', index);
  const hasUnknownBias = (node.inputs[2] ?? '') !== '' && !bias;
  if (!weights || hasUnknownBias) return undefined;
  if (node.opType === 'Conv') return { kind: 'Conv', product: node, sum: undefined, weights, bias };
  // Two axes: a product of more is normalised along another axis than its last.
  if (node.opType !== 'MatMul' || weights.dims.length !== 2) return undefined;
  return { kind: 'MatMul', product: node, sum: undefined, weights, bias: undefined };
}

function factorsOf(norm: Node, index: GraphIndex): { scale: Float64Array; shift: Float64Array } | undefined {
  const [gain, offset, mean, variance] = norm.inputs.slice(1).map(name => floats(name, index));
  if (!gain || !offset || !mean || !variance) return undefined;
  const epsilon = norm.attributes.get('epsilon');
  const eps = epsilon?.kind === 'float' ? epsilon.value : 1e-5;
  const variances = tensorFloats(variance);
  const scale = Float64Array.from(
    tensorFloats(gain),
    (value, channel) => value / Math.sqrt(variances[channel]! + eps),
  );
  const means = tensorFloats(mean);
  const shift = Float64Array.from(
    tensorFloats(offset),
    (value, channel) => value - means[channel]! * scale[channel]!,
  );
  return { scale, shift };
}

function fold(
  linear: Linear,
  { scale, shift }: { scale: Float64Array; shift: Float64Array },
  output: string,
  index: GraphIndex,
  initializers: Map<string, TensorData>,
): Node[] {
  const { product, weights, bias, kind } = linear;
  const channels = scale.length;
  const values = tensorFloats(weights);
  // A convolution's weights have the output channel first, a product's last.
  const perChannel = values.length / channels;
  const channelOf = (place: number) => (kind === 'Conv' ? Math.floor(place / perChannel) : place % channels);
  const biases = bias ? tensorFloats(bias) : undefined;
  const constant = (name: string, dims: readonly number[], data: Float32Array) => {
    const tensor = floatTensor(index.unique(name), dims, data);
    initializers.set(tensor.name, tensor);
    return tensor.name;
  };
  const newWeights = constant(
    `${weights.name}/folded`,
    weights.dims,
    values.map((value, place) => value * scale[channelOf(place)]!),
  );
  const newBias = constant(
    `${bias?.name ?? weights.name}/bias`,
    [channels],
    Float32Array.from(scale, (factor, channel) => (biases?.[channel] ?? 0) * factor + shift[channel]!),
  );
  const [input = ''] = product.inputs;
  if (kind === 'Conv')
    return [makeNode('Conv', [input, newWeights, newBias], output, Object.fromEntries(product.attributes))];
  const result = index.unique(`${output}/product`);
  return [makeNode('MatMul', [input, newWeights], result), makeNode('Add', [result, newBias], output)];
}

function channelsOf(linear: Linear): number | undefined {
  return linear.kind === 'Conv' ? linear.weights.dims[0] : linear.weights.dims[1];
}

function floats(name: string, index: GraphIndex): TensorData | undefined {
  const tensor = index.constant(name);
  return tensor?.dataType === DataType.float32 ? tensor : undefined;
}
