// Trained networks with dead channels carry weights such as 1e-40. They change no result, but subnormal numbers are
// slow on some processors, and channels are dead only when their weights are exactly zero.
import { DataType, type Model, type TensorData } from '../model.js';
import { floatTensor, tensorFloats } from '../tensor.js';
import { withGraph } from './graph-edit.js';

/** Weights below this part of the largest of their tensor become zero. float32 itself resolves 6e-8. */
const negligible = 1e-15;

/** Sets weights to zero that are too small to count. Outputs stay equal to within rounding. */
export function dropTinyWeights(model: Model): Model {
  const initializers = new Map<string, TensorData>();
  for (const [name, tensor] of model.graph.initializers) initializers.set(name, cleaned(tensor));
  const nodes = model.graph.nodes.map(node => {
    const value = node.opType === 'Constant' ? node.attributes.get('value') : undefined;
    if (value?.kind !== 'tensor') return node;
    return {
      ...node,
      attributes: new Map([['value', { kind: 'tensor', value: cleaned(value.value) }]] as const),
    };
  });
  return withGraph(model, { nodes, initializers });
}

function cleaned(tensor: TensorData): TensorData {
  if (tensor.dataType !== DataType.float32 || tensor.dims.length < 2) return tensor;
  const values = tensorFloats(tensor);
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const limit = largest * negligible;
  for (let at = 0; at < values.length; at++) if (Math.abs(values[at] ?? 0) < limit) values[at] = 0;
  return floatTensor(tensor.name, tensor.dims, values);
}
