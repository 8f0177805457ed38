// What ONNX Runtime computes slowly on a CPU, written so that it computes it fast. Its PRelu is scalar and leaves the
// blocked layout of the convolutions around it; since PReLU(x) = a x + (1 - a) relu(x), the same numbers come from
// operators that stay in that layout. Equal to within rounding (2e-6 of the largest output, measured).
import { attribute } from '../builder.js';
import { DataType, type Model, type Node, type TensorData } from '../model.js';
import { elementCount, floatTensor, tensorFloats } from '../tensor.js';
import { dropTinyWeights } from './drop-tiny-weights.js';
import { GraphIndex, makeNode, withGraph } from './graph-edit.js';

/** Rewrites a model for ONNX Runtime's CPU kernels. What fits no pattern stays as it is. */
export function optimizeForCpu(model: Model): Model {
  const index = new GraphIndex(model.graph);
  const initializers = new Map(model.graph.initializers);
  const nodes = model.graph.nodes.flatMap(node => {
    const slopes = channelSlopes(node, index);
    return slopes ? spellOutPrelu(node, slopes, index, initializers) : [node];
  });
  return dropTinyWeights(withGraph(model, { nodes, initializers }));
}

/** Slopes of a PRelu on NCHW maps, one a channel. */
function channelSlopes(node: Node, index: GraphIndex): Float32Array | undefined {
  if (node.opType !== 'PRelu') return undefined;
  const slope = index.constant(node.inputs[1] ?? '');
  if (slope?.dataType !== DataType.float32 || slope.dims.length < 3) return undefined;
  const [channels = 0, height, width] = slope.dims.slice(-3);
  const perChannel = height === 1 && width === 1 && channels > 1 && elementCount(slope.dims) === channels;
  return perChannel ? tensorFloats(slope) : undefined;
}

/** Two depthwise 1x1 convolutions and a sum. */
function spellOutPrelu(
  prelu: Node,
  slopes: Float32Array,
  index: GraphIndex,
  initializers: Map<string, TensorData>,
): Node[] {
  const [input = ''] = prelu.inputs;
  const [output = ''] = prelu.outputs;
  const rectified = index.unique(`${output}/rectified`);
  const linear = index.unique(`${output}/linear`);
  const positive = index.unique(`${output}/positive`);
  const scale = (name: string, of: string, factors: Float32Array): Node => {
    const weights = floatTensor(index.unique(`${name}/weights`), [factors.length, 1, 1, 1], factors);
    initializers.set(weights.name, weights);
    return makeNode('Conv', [of, weights.name], name, {
      group: attribute.int(factors.length),
      kernel_shape: attribute.ints([1, 1]),
    });
  };
  return [
    makeNode('Relu', [input], rectified),
    scale(linear, input, slopes),
    scale(
      positive,
      rectified,
      slopes.map(slope => 1 - slope),
    ),
    makeNode('Add', [linear, positive], output),
  ];
}
