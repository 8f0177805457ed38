// Scopes: tensors hold memory that the garbage collector does not see, so a scope frees what was made inside it.
import { TorchError } from './errors.js';
import { native } from './native.js';
import type { Tensor } from './tensor.js';

/** The tensors of the innermost scope; undefined outside of all. */
let current: Set<Tensor> | undefined;

// Tensors that were kept from within a scope inside the one they belong to.
const kept = new WeakSet<Tensor>();

// The net below the scopes: frees tensors outside of all scopes that the collector finds unreachable.
const forgotten = new FinalizationRegistry<number>(handle => {
  native().free(handle);
  native().reportPressure();
});

function leaveToCollector(tensor: Tensor): void {
  forgotten.register(tensor, tensor.handle, tensor);
  native().reportPressure();
}

/** @internal A new tensor belongs to the innermost scope. */
export function track(tensor: Tensor): void {
  if (current) current.add(tensor);
  else leaveToCollector(tensor);
}

/** @internal The tensor was disposed of by hand. */
export function untrack(tensor: Tensor): void {
  current?.delete(tensor);
  forgotten.unregister(tensor);
}

/**
 * Runs `body` and disposes of every tensor made inside, except those it returns (alone, or in arrays, plain objects and
 * maps) and those given to {@link keep}. What autograd needs stays alive in the graph. `body` must not be async.
 * @throws INVALID_ARGUMENT when `body` returns a promise.
 */
export function tidy<T>(body: () => T): T {
  const outer = current;
  const scope = new Set<Tensor>();
  current = scope;
  try {
    const result = body();
    if (result instanceof Promise) {
      throw new TorchError(
        'INVALID_ARGUMENT',
        'tidy() needs a synchronous function: await first, then compute inside tidy().',
      );
    }
    if (scope.size > 0) handOver(result, scope, outer);
    return result;
  } finally {
    current = outer;
    disposeAll(scope);
  }
}

/** Lets a tensor outlive the scopes around it; dispose of it by hand (or leave it to the collector). */
export function keep<T extends Tensor>(tensor: T): T {
  if (!current) return tensor;
  if (!current.delete(tensor)) kept.add(tensor);
  forgotten.unregister(tensor);
  leaveToCollector(tensor);
  return tensor;
}

/** Runs `body` without recording for gradients: less memory, and parameters may be changed in place. */
export function noGrad<T>(body: () => T): T {
  const before = native().gradMode(false);
  try {
    return body();
  } finally {
    native().gradMode(before);
  }
}

function disposeAll(scope: Set<Tensor>): void {
  const handles: number[] = [];
  for (const tensor of scope) {
    if (kept.delete(tensor) || tensor.handle === 0) continue;
    handles.push(tensor.handle);
    tensor.handle = 0;
  }
  if (handles.length > 0) native().freeMany(handles);
}

/** Moves the tensors within `value` from the scope that ends to the one around it. */
function handOver(value: unknown, scope: Set<Tensor>, outer: Set<Tensor> | undefined): void {
  if (typeof value !== 'object' || value === null) return;
  if ('handle' in value && scope.has(value as Tensor)) {
    const tensor = value as Tensor;
    scope.delete(tensor);
    if (outer) outer.add(tensor);
    else leaveToCollector(tensor);
  } else if (Array.isArray(value)) {
    for (const item of value) handOver(item, scope, outer);
  } else if (value instanceof Map) {
    for (const item of value.values()) handOver(item, scope, outer);
  } else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) handOver(item, scope, outer);
  }
}
