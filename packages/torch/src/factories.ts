// Tensors made from numbers.
import { TorchError } from './errors.js';
import { native } from './native.js';
import { call } from './ops/call.js';
import { type DType, dtypeOfArray, Tensor } from './tensor.js';

/** Numbers, or arrays of them to any depth, all of one length at each. */
export type Nested = number | boolean | readonly Nested[];

/** How a new tensor is made. */
export interface TensorOptions {
  /** The values' own type for typed arrays (`float32` for numbers) by default. */
  readonly dtype?: DType;
  /** 'cpu' by default. */
  readonly device?: string;
  readonly requiresGrad?: boolean;
}

/**
 * A tensor of given values.
 * @param values a typed array (BigInt64Array gives int64) with a shape, or nested numbers.
 * @param options.copy false shares a typed array's memory: writing to either shows in both. Never transfer its buffer
 * to another thread while the tensor lives.
 * @throws INVALID_ARGUMENT when the shape does not hold the values.
 * @example
 * ```ts
 * tensor(new Float32Array(6), [2, 3]).shape; // [2, 3]
 * tensor([[1, 2], [3, 4]], undefined, { dtype: 'int64' }).dtype; // 'int64'
 * ```
 */
export function tensor(
  values: NodeJS.TypedArray | Nested,
  shape?: readonly number[],
  options: TensorOptions & { readonly copy?: boolean } = {},
): Tensor {
  const given = ArrayBuffer.isView(values) ? undefined : flatten(values);
  const array = given ? given.values : (values as NodeJS.TypedArray);
  const own = dtypeOfArray(array);
  const handle = native().from(array, shape ?? given?.shape ?? [array.length], own, options.copy ?? true);
  let made = new Tensor(handle);
  const dtype = options.dtype ?? (given ? 'float32' : own);
  if (dtype !== own || (options.device && options.device !== 'cpu')) {
    const first = made;
    made = first.to({ dtype, ...(options.device ? { device: options.device } : {}) });
    first.dispose();
  }
  if (options.requiresGrad) made.requiresGrad = true;
  return made;
}

/** A tensor of the bytes of its elements, in row-major order, little endian; the bytes are copied. */
export function tensorFromBytes(bytes: Uint8Array, shape: readonly number[], dtype: DType): Tensor {
  return new Tensor(native().from(bytes, shape, dtype, true));
}

/** All zeros; float32 by default. */
export function zeros(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return made('zeros', [shape], options);
}

/** All ones; float32 by default. */
export function ones(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return made('ones', [shape], options);
}

/** One value everywhere; float32 by default. */
export function full(shape: readonly number[], value: number, options: TensorOptions = {}): Tensor {
  return made('full', [shape, value], options);
}

/** Not initialised; float32 by default. */
export function empty(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return made('empty.memory_format', [shape], options);
}

/** Normally distributed with mean 0 and deviation 1; float32 by default. */
export function randn(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return made('randn', [shape], options);
}

/** Uniform in [0, 1); float32 by default. */
export function rand(shape: readonly number[], options: TensorOptions = {}): Tensor {
  return made('rand', [shape], options);
}

/** A random order of 0 to n - 1; int64 by default. */
export function randperm(n: number, options: TensorOptions = {}): Tensor {
  return made('randperm', [n], { dtype: 'int64', ...options });
}

/** 0, 1, ... below `end`; int64 by default. */
export function arange(end: number, options: TensorOptions = {}): Tensor {
  return made('arange', [end], { dtype: 'int64', ...options });
}

function made(name: string, values: readonly unknown[], options: TensorOptions): Tensor {
  const result = call(name, ...values, options.dtype ?? 'float32', null, options.device ?? 'cpu');
  if (options.requiresGrad) result.requiresGrad = true;
  return result;
}

/** Nested numbers in row-major order, in 64 bits so that no digit is lost before conversion. */
function flatten(values: Nested): { values: Float64Array; shape: number[] } {
  const shape: number[] = [];
  for (let at: Nested | undefined = values; Array.isArray(at); at = at[0]) shape.push(at.length);
  const flat = new Float64Array(shape.reduce((product, size) => product * size, 1));
  let count = 0;
  const visit = (value: Nested, depth: number): void => {
    if (!Array.isArray(value)) {
      if (depth !== shape.length) ragged();
      flat[count++] = Number(value);
      return;
    }
    if (value.length !== shape[depth]) ragged();
    for (const item of value) visit(item, depth + 1);
  };
  visit(values, 0);
  return { values: flat, shape };
}

function ragged(): never {
  throw new TorchError('INVALID_ARGUMENT', 'Nested numbers need the same length at each depth.');
}
