// Networks that are convolutional from end to end (MTCNN's P-Net) run on pictures of any size; the size in
// their file is only an example.
import { elementCount } from '../tensor.js';
import { elementwiseOperators } from './operators-elementwise.js';
import type { TfliteGraph, TfliteOperator } from './schema.js';

const WINDOW_OPERATORS = new Set([
  'CONV_2D',
  'DEPTHWISE_CONV_2D',
  'MAX_POOL_2D',
  'AVERAGE_POOL_2D',
  'DEQUANTIZE',
]);
const REDUCTIONS = new Set(['SUM', 'MEAN', 'REDUCE_MAX', 'REDUCE_MIN', 'SOFTMAX']);

/** Whether height and width of the picture may be anything: inputs and outputs are maps, and no operator minds. */
export function hasFreeSize(graph: TfliteGraph, operators: readonly TfliteOperator[]): boolean {
  const shapeOf = (tensor: number) => graph.tensors[tensor]?.shape ?? [];
  const isMap = (tensor: number) => {
    const [, height = 0, width = 0] = shapeOf(tensor);
    return shapeOf(tensor).length === 4 && height > 1 && width > 1;
  };
  return (
    graph.inputs.every(isMap) &&
    graph.outputs.every(isMap) &&
    operators.every(operator => {
      if (WINDOW_OPERATORS.has(operator.type)) return true;
      // Over the channels only: the result still has one value or more for each pixel.
      if (REDUCTIONS.has(operator.type)) return operator.outputs.every(isMap);
      if (operator.type !== 'FUSED_PRELU' && !Object.hasOwn(elementwiseOperators, operator.type))
        return false;
      return operator.inputs.every(
        tensor => isMap(tensor) || elementCount(shapeOf(tensor).slice(0, -1)) === 1,
      );
    })
  );
}
