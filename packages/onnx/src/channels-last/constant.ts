// Constants while a model is imported: plain numbers with a shape, row-major.
import { elementCount } from '../tensor.js';

/** A constant tensor. Integers of every width are held as numbers and become int64 in ONNX. */
export interface Constant {
  readonly kind: 'float32' | 'int64';
  readonly dims: readonly number[];
  readonly values: Float32Array | readonly number[];
}

/** The same values in another order of axes: axis i of the result is axis `order[i]` of the source. */
export function transposeConstant(constant: Constant, order: readonly number[]): Constant {
  const { dims, values } = constant;
  const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  const outDims = order.map(axis => dims[axis]!);
  const outStrides = order.map(axis => strides[axis]!);
  const result = new Float32Array(values.length);
  const index = order.map(() => 0);
  let source = 0;
  for (let target = 0; target < result.length; target++) {
    result[target] = values[source]!;
    for (let axis = order.length - 1; axis >= 0; axis--) {
      source += outStrides[axis]!;
      index[axis]!++;
      if (index[axis]! < outDims[axis]!) break;
      source -= outStrides[axis]! * outDims[axis]!;
      index[axis] = 0;
    }
  }
  return { kind: constant.kind, dims: outDims, values: result };
}

/** The same values with another shape of the same size. */
export function reshapeConstant(constant: Constant, dims: readonly number[]): Constant {
  return { ...constant, dims };
}
