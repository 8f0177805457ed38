// Gives a convolutional network another picture size. Detectors of the Ultra-Light family hold their prior boxes as
// constants (https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB); those are computed anew.
import { type Attribute, DataType, type Graph, type Model, type Node, type TensorData } from '../model.js';
import { floatTensor, tensorFloats } from '../tensor.js';
import { editFailed, withGraph } from './graph-edit.js';

const strides = [8, 16, 32, 64];
/** Sides of the boxes at each cell, in pixels, by stride. */
const boxSides = [
  [10, 16, 24],
  [32, 48],
  [64, 96],
  [128, 192, 256],
];

export interface PictureSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Sets height and width of a network's picture (its only input, `[batch, channels, height, width]`).
 * @throws OnnxError GRAPH_EDIT_FAILED when the graph has another kind of input, or holds constants of its size that
 * are not known prior boxes.
 */
export function setInputSize(model: Model, size: PictureSize): Model {
  const [input, ...others] = model.graph.inputs;
  const dims = input?.dims ?? [];
  if (!input || dims.length !== 4 || others.length > 0)
    throw editFailed('it has no single picture as its input');
  const [batch, channels, height, width] = dims;
  if (height === size.height && width === size.width) return model;
  const valid = (side: number) => Number.isInteger(side) && side >= 32 && side <= 8192;
  if (!valid(size.height) || !valid(size.width)) throw editFailed('sides are whole numbers from 32 to 8192');
  const nodes =
    typeof height === 'number' && typeof width === 'number'
      ? replacePriors(model.graph, { height, width }, size)
      : model.graph.nodes;
  return withGraph(model, {
    nodes,
    inputs: [{ ...input, dims: [batch, channels, size.height, size.width] }],
    outputs: model.graph.outputs.map(output => ({
      ...output,
      dims: output.dims?.map((dim, axis) => (axis === 0 && typeof dim !== 'number' ? dim : undefined)),
    })),
    valueInfo: [],
  });
}

function replacePriors(graph: Graph, from: PictureSize, to: PictureSize): Node[] {
  const before = priorBoxes(from);
  const after = priorBoxes(to);
  return graph.nodes.map(node => {
    const attribute = node.opType === 'Constant' ? node.attributes.get('value') : undefined;
    if (attribute?.kind !== 'tensor' || !isPriorLike(attribute.value, before.count)) return node;
    const values = tensorFloats(attribute.value);
    const replacement = [
      { old: before.centres, fresh: after.centres },
      { old: before.sides, fresh: after.sides },
    ].find(({ old }) => values.every((value, at) => Math.abs(value - (old[at] ?? 0)) < 1e-5));
    if (!replacement)
      throw editFailed(`the constant ${node.outputs[0]} depends on the size in a way that is not known`);
    const value: Attribute = {
      kind: 'tensor',
      value: floatTensor(attribute.value.name, [1, after.count, 2], replacement.fresh),
    };
    return { ...node, attributes: new Map([['value', value]]) };
  });
}

function isPriorLike(tensor: TensorData, count: number): boolean {
  return tensor.dataType === DataType.float32 && tensor.dims.includes(count) && tensor.dims.at(-1) === 2;
}

/** Centres and sides as parts of the picture, at most 1; x before y. */
function priorBoxes({ height, width }: PictureSize) {
  const centres: number[] = [];
  const sides: number[] = [];
  const part = (value: number) => Math.min(1, value);
  for (const [level, stride] of strides.entries()) {
    const rows = Math.ceil(height / stride);
    const columns = Math.ceil(width / stride);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (const side of boxSides[level] ?? []) {
          // A last cell that reaches out of the picture makes all cells of its row or column a little smaller.
          centres.push((column + 0.5) / columns, (row + 0.5) / rows);
          sides.push(part(side / width), part(side / height));
        }
  }
  return { count: centres.length / 2, centres: Float32Array.from(centres), sides: Float32Array.from(sides) };
}
