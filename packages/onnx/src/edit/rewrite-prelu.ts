// ONNX Runtime's PRelu is scalar on a CPU, and leaves the blocked layout of the convolutions around it. Since
// PReLU(x) = x + (1 - a) relu(-x), the same numbers come from two depthwise 1x1 convolutions, which stay in that
// layout: the first takes the Relu into itself, the second the sum.
import { attribute } from '../builder.js';
import { DataType, type Model, type Node, type TensorData } from '../model.js';
import { elementCount, floatTensor, tensorFloats } from '../tensor.js';
import { GraphIndex, makeNode, withGraph, withoutUnused } from './graph-edit.js';

/** The blocked layout holds 8 or 16 channels together; of other numbers PRelu is the cheaper form. */
const block = 16;

/** Spells out PRelu on NCHW maps with a slope for each channel. Equal to within rounding. */
export function rewritePrelu(model: Model): Model {
  const index = new GraphIndex(model.graph);
  const initializers = new Map(model.graph.initializers);
  const nodes = model.graph.nodes.flatMap(node => {
    const slopes = channelSlopes(node, index);
    return slopes ? spellOut(node, slopes, index, initializers) : [node];
  });
  return withGraph(model, withoutUnused({ ...model.graph, nodes, initializers }));
}

function channelSlopes(node: Node, index: GraphIndex): Float32Array | undefined {
  if (node.opType !== 'PRelu') return undefined;
  const slope = index.constant(node.inputs[1] ?? '');
  if (slope?.dataType !== DataType.float32 || slope.dims.length < 3) return undefined;
  const [channels = 0, height, width] = slope.dims.slice(-3);
  const perChannel = height === 1 && width === 1 && elementCount(slope.dims) === channels;
  return perChannel && channels > 0 && channels % block === 0 ? tensorFloats(slope) : undefined;
}

function spellOut(
  prelu: Node,
  slopes: Float32Array,
  index: GraphIndex,
  initializers: Map<string, TensorData>,
): Node[] {
  const [input = ''] = prelu.inputs;
  const [output = ''] = prelu.outputs;
  const scale = (name: string, of: string, factors: Float32Array): Node => {
    const weights = floatTensor(index.unique(`${name}/weights`), [factors.length, 1, 1, 1], factors);
    initializers.set(weights.name, weights);
    return makeNode('Conv', [of, weights.name], name, {
      group: attribute.int(factors.length),
      kernel_shape: attribute.ints([1, 1]),
    });
  };
  const negated = index.unique(`${output}/negated`);
  const rectified = index.unique(`${output}/rectified`);
  const added = index.unique(`${output}/added`);
  return [
    scale(
      negated,
      input,
      slopes.map(() => -1),
    ),
    makeNode('Relu', [negated], rectified),
    scale(
      added,
      rectified,
      slopes.map(slope => 1 - slope),
    ),
    makeNode('Add', [input, added], output),
  ];
}
