// Exports often bake a batch of 1 into the graph. This frees it, after following the batch dimension through every
// operator: an edit that could mix the pictures of a batch is refused.
import { DataType, type Dimension, type Graph, type Model, type Node, type ValueInfo } from '../model.js';
import { intTensor, tensorInts } from '../tensor.js';
import { editFailed, GraphIndex, intAttribute, intsAttribute, withGraph } from './graph-edit.js';

/** Operators that treat each picture of a batch alone, whatever their attributes. */
const perPicture = new Set([
  ...['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool'],
  ...[
    'Relu',
    'PRelu',
    'LeakyRelu',
    'Elu',
    'Selu',
    'Clip',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'Tanh',
    'Erf',
  ],
  ...[
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Pow',
    'Max',
    'Min',
    'Exp',
    'Log',
    'Sqrt',
    'Abs',
    'Neg',
    'Reciprocal',
    'Floor',
  ],
  ...[
    'BatchNormalization',
    'InstanceNormalization',
    'LayerNormalization',
    'LRN',
    'Dropout',
    'Identity',
    'Cast',
  ],
  ...['Pad', 'Resize', 'Upsample', 'MatMul', 'DepthToSpace', 'SpaceToDepth', 'Softplus', 'Sign', 'Gelu'],
]);

/** Operators with an axis, or axes, that must not be the batch. */
const withAxis: Readonly<Record<string, number>> = {
  Concat: Number.NaN,
  Softmax: 1,
  LogSoftmax: 1,
  Split: 0,
  Gather: 0,
};
const withAxes = new Set([
  'Slice',
  'Squeeze',
  'Unsqueeze',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceSum',
  'ReduceL2',
]);

/**
 * Makes the first dimension of inputs and outputs free, so that a network runs on any number of pictures at once.
 * A model whose batch is free already comes back as it is.
 * @throws OnnxError GRAPH_EDIT_FAILED when the graph folds its batch into other dimensions, as SCRFD's does.
 */
export function freeBatch(model: Model): Model {
  const { graph } = model;
  if (graph.inputs.every(input => typeof input.dims?.[0] !== 'number')) return model;
  if (graph.inputs.some(input => input.dims?.[0] !== 1)) throw editFailed('its batch is fixed, and not at 1');
  const tracker = new BatchTracker(graph);
  const nodes = graph.nodes.map(node => tracker.visit(node));
  const folded = graph.outputs.find(output => !tracker.isBatched(output.name));
  if (folded) throw editFailed(`the output ${folded.name} does not keep the batch as its first dimension`);
  return withGraph(model, {
    nodes,
    initializers: new Map([
      ...graph.initializers,
      ...tracker.shapes.map(shape => [shape.name, shape] as const),
    ]),
    inputs: graph.inputs.map(freed),
    outputs: graph.outputs.map(freed),
    // Shapes that the exporter wrote down hold the old batch.
    valueInfo: [],
  });
}

function freed(info: ValueInfo): ValueInfo {
  const dims: readonly Dimension[] | undefined = info.dims && ['batch', ...info.dims.slice(1)];
  return { ...info, dims };
}

/** Follows which values have the batch as their first dimension. */
class BatchTracker {
  /** New shape constants for Reshape nodes. */
  readonly shapes: ReturnType<typeof intTensor>[] = [];
  readonly #batched = new Set<string>();
  readonly #index: GraphIndex;

  constructor(graph: Graph) {
    this.#index = new GraphIndex(graph);
    for (const input of graph.inputs) this.#batched.add(input.name);
  }

  isBatched(name: string): boolean {
    return this.#batched.has(name);
  }

  /** The node as it must be for any batch. */
  visit(node: Node): Node {
    const batchedInputs = node.inputs.filter(input => this.isBatched(input));
    // Constants and arithmetic on shapes.
    if (batchedInputs.length === 0 || node.opType === 'Shape') return node;
    if (node.domain !== '' && node.domain !== 'ai.onnx')
      throw editFailed(`the operator ${node.opType} is not known`);
    let result = node;
    if (node.opType === 'Reshape') result = this.#reshape(node);
    else if (node.opType === 'Transpose') this.#require(node, intsAttribute(node, 'perm')?.[0] === 0);
    else if (node.opType === 'Gemm') this.#require(node, intAttribute(node, 'transA', 0) === 0);
    // Whatever comes before its axis is folded into the first dimension.
    else if (node.opType === 'Flatten') this.#require(node, intAttribute(node, 'axis', 1) === 1);
    else if (Object.hasOwn(withAxis, node.opType))
      this.#require(node, avoidsBatch(intAttribute(node, 'axis', withAxis[node.opType] ?? 0)));
    else if (withAxes.has(node.opType)) this.#require(node, this.#axesAvoidBatch(node));
    else this.#require(node, perPicture.has(node.opType));
    this.#require(node, this.isBatched(node.inputs[0] ?? '') || this.#mayFollow(node));
    for (const output of node.outputs) this.#batched.add(output);
    return result;
  }

  /** Elementwise operators may have the batched value second; Concat joins any. */
  #mayFollow(node: Node): boolean {
    return ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Pow', 'Concat'].includes(node.opType);
  }

  #require(node: Node, holds: boolean): void {
    if (!holds) throw editFailed(`${node.opType} ${node.name} works across the batch`);
  }

  #axesAvoidBatch(node: Node): boolean {
    const constant = this.#index.constant(node.inputs[node.opType === 'Slice' ? 3 : 1] ?? '');
    const axes = intsAttribute(node, 'axes') ?? (constant && tensorInts(constant));
    // Without axes an operator works on all of them.
    return axes?.every(avoidsBatch) ?? false;
  }

  #reshape(node: Node): Node {
    const [data = '', shapeName = ''] = node.inputs;
    const constant = this.#index.constant(shapeName);
    if (!constant) {
      this.#require(node, this.#beginsWithBatch(shapeName));
      return node;
    }
    const [first, ...rest] = tensorInts(constant);
    if (first === 0) return node;
    this.#require(node, first === 1 && constant.dataType === DataType.int64);
    // 0 copies the dimension of the input: the batch, whatever it is.
    const shape = intTensor(
      this.#index.unique(`${node.outputs[0]}_shape_${this.shapes.length}`),
      constant.dims,
      [0, ...rest],
    );
    this.shapes.push(shape);
    return { ...node, inputs: [data, shape.name] };
  }

  /** Whether a computed shape takes its first number from the batch: Concat(Unsqueeze(Gather(Shape(x), 0)), ...). */
  #beginsWithBatch(shapeName: string): boolean {
    const concat = this.#index.producers.get(shapeName);
    if (concat?.opType !== 'Concat') return false;
    const unsqueeze = this.#index.producers.get(concat.inputs[0] ?? '');
    const gather =
      unsqueeze?.opType === 'Unsqueeze' ? this.#index.producers.get(unsqueeze.inputs[0] ?? '') : undefined;
    if (gather?.opType !== 'Gather') return false;
    const shape = this.#index.producers.get(gather.inputs[0] ?? '');
    const indices = this.#index.constant(gather.inputs[1] ?? '');
    return (
      shape?.opType === 'Shape' &&
      this.isBatched(shape.inputs[0] ?? '') &&
      indices !== undefined &&
      tensorInts(indices)[0] === 0
    );
  }
}

/** Negative axes count from the end: the last is no picture's batch; of others that depends on a rank not known here. */
function avoidsBatch(axis: number): boolean {
  return axis > 0 || axis === -1;
}
