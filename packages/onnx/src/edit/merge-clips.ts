// TensorFlow writes ReLU6 as Relu, Minimum and Maximum. One Clip does the same, and ONNX Runtime takes it into the
// convolution before.
import { DataType, type Model, type Node, type TensorData } from '../model.js';
import { elementCount, floatTensor, tensorFloats } from '../tensor.js';
import { GraphIndex, makeNode, withGraph, withoutUnused } from './graph-edit.js';

/** From this operator set on, Clip takes its limits as inputs. */
const clipWithInputs = 11;

interface Limits {
  readonly low: number;
  readonly high: number;
}

/** Merges runs of Relu, Min and Max with one number each into a Clip. */
export function mergeClips(model: Model): Model {
  const opset = model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx');
  if (!opset || opset.version < clipWithInputs) return model;
  const { graph } = model;
  const index = new GraphIndex(graph);
  const initializers = new Map(graph.initializers);
  const merged = new Set<Node>();
  const replaced = new Map<Node, Node>();
  // From the last node of a run backwards; nodes within it are then spoken for.
  for (const last of graph.nodes.toReversed()) {
    if (merged.has(last)) continue;
    const run = runBefore(last, index);
    if (run.length < 2) continue;
    const limits = limitsOf(run.toReversed(), index);
    if (!(Number.isFinite(limits.low) && Number.isFinite(limits.high))) continue;
    for (const node of run) merged.add(node);
    replaced.set(last, clip(run.at(-1) as Node, last, limits, index, initializers));
  }
  if (replaced.size === 0) return model;
  const nodes = graph.nodes.flatMap(node => replaced.get(node) ?? (merged.has(node) ? [] : [node]));
  return withGraph(model, withoutUnused({ ...graph, nodes, initializers }));
}

/** The node and those before it that limit the same value, last first. */
function runBefore(last: Node, index: GraphIndex): Node[] {
  const run: Node[] = [];
  for (let node: Node | undefined = last; node && limit(node, index); ) {
    run.push(node);
    const value = dataInput(node, index);
    node = index.isPrivate(value) ? index.producers.get(value) : undefined;
  }
  return run;
}

function limitsOf(run: readonly Node[], index: GraphIndex): Limits {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const node of run) {
    const bound = limit(node, index)?.bound ?? 0;
    const at = node.opType === 'Min' ? Math.min : Math.max;
    low = at(low, bound);
    high = at(high, bound);
  }
  return { low, high };
}

/** The number that a node limits its input to, or undefined when it does anything else. */
function limit(node: Node, index: GraphIndex): { readonly bound: number } | undefined {
  if (node.opType === 'Relu') return { bound: 0 };
  if ((node.opType !== 'Min' && node.opType !== 'Max') || node.inputs.length !== 2) return undefined;
  const bounds = node.inputs.flatMap(input => scalar(index.constant(input)) ?? []);
  return bounds.length === 1 ? { bound: bounds[0] as number } : undefined;
}

function dataInput(node: Node, index: GraphIndex): string {
  return node.inputs.find(input => !index.constant(input)) ?? '';
}

/** A number without axes: one with axes could give the value more of them. */
function scalar(tensor: TensorData | undefined): number | undefined {
  if (tensor?.dataType !== DataType.float32 || tensor.dims.length > 0 || elementCount(tensor.dims) !== 1)
    return undefined;
  return tensorFloats(tensor)[0];
}

function clip(
  first: Node,
  last: Node,
  { low, high }: Limits,
  index: GraphIndex,
  initializers: Map<string, TensorData>,
): Node {
  const [output = ''] = last.outputs;
  const limits = [low, high].map(value => {
    const tensor = floatTensor(index.unique(`${output}/limit`), [], Float32Array.of(value));
    initializers.set(tensor.name, tensor);
    return tensor.name;
  });
  return makeNode('Clip', [dataInput(first, index), ...limits], output);
}
