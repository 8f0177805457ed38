// What makes a tensor a module's parameter or buffer. Both outlive every tidy scope; they end with `Module.dispose()`.
import { keep } from '../scope.js';
import type { Tensor } from '../tensor.js';

const buffers = new WeakSet<Tensor>();

/** A tensor that is learned: kept beyond scopes, with a gradient. */
export function parameter(tensor: Tensor): Tensor {
  keep(tensor);
  tensor.requiresGrad = true;
  return tensor;
}

/** A tensor that belongs to a module's state but is not learned, such as a running mean. */
export function buffer(tensor: Tensor): Tensor {
  buffers.add(keep(tensor));
  return tensor;
}

/** Whether {@link buffer} made this tensor a buffer. */
export function isBuffer(tensor: Tensor): boolean {
  return buffers.has(tensor);
}
