// A tensor as files hold it, apart from the engine: a type, a shape, and little-endian bytes in row-major order.
import { tensorFromBytes } from '../factories.js';
import type { DType, Tensor } from '../tensor.js';

/** `bytes` has `product(shape)` elements; several tensors may share one buffer. */
export class StoredTensor {
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    public bytes: Uint8Array,
  ) {}

  /** A copy of a tensor's values. */
  static of(tensor: Tensor): StoredTensor {
    return new StoredTensor(tensor.dtype, [...tensor.shape], tensor.bytes());
  }

  /** A new tensor on the CPU with a copy of the values. */
  toTensor(): Tensor {
    return tensorFromBytes(this.bytes, this.shape, this.dtype);
  }
}

/** Elements of a shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
