// Gives tensors their bytes, once the storages are read.

import { BYTES } from '../../tensor.js';
import { invalid } from '../invalid.js';
import { elementsOf } from '../stored-tensor.js';
import type { Storage, TensorView } from './values.js';

/** Contiguous tensors look into their storage, others are copied into row-major order. */
export function fillViews(views: readonly TensorView[], storages: Iterable<Storage>): void {
  // Many tensors may share a storage, but a small file must not unfold to any size.
  const stored = [...storages].reduce((sum, storage) => sum + storage.length * BYTES[storage.dtype], 0);
  const wanted = views.reduce((sum, { tensor }) => sum + elementsOf(tensor.shape) * BYTES[tensor.dtype], 0);
  if (wanted > 4 * stored) throw invalid('its tensors claim far more data than it holds');
  for (const view of views) view.tensor.bytes = bytesOf(view);
}

function bytesOf({ tensor, storage, offset, strides }: TensorView): Uint8Array {
  const source = storage.bytes;
  if (!source) throw invalid(`the data of storage ${storage.key} is missing`);
  const size = BYTES[tensor.dtype];
  const count = elementsOf(tensor.shape);
  if (isContiguous(tensor.shape, strides)) return source.subarray(offset * size, (offset + count) * size);
  const target = new Uint8Array(count * size);
  const index = tensor.shape.map(() => 0);
  let from = offset;
  for (let element = 0; element < count; element++) {
    target.set(source.subarray(from * size, (from + 1) * size), element * size);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += strides[axis]!;
      if (index[axis]! < tensor.shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return target;
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (elementsOf(shape) === 0) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
