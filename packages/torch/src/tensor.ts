// A tensor of libtorch, held by a number of the addon.
import { TorchError } from './errors.js';
import { type Handle, native } from './native.js';
import { call } from './ops/call.js';
import { track, untrack } from './scope.js';

/** Element types. */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

/** What {@link Tensor.data} gives. */
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** The order of elements in memory; 'preserve' keeps what there is. */
export type MemoryFormat = 'contiguous' | 'channels_last' | 'preserve';

/** Where and how {@link Tensor.to} puts a tensor. */
export interface Placement {
  readonly dtype?: DType;
  /** 'cpu', 'cuda', 'cuda:1', ... */
  readonly device?: string;
  readonly memoryFormat?: MemoryFormat;
}

/**
 * An n-dimensional array with a gradient. Tensors hold memory outside JavaScript: make them inside `tidy()`, or call
 * `dispose()`. Every method throws `DISPOSED` after that.
 */
export class Tensor {
  /** @internal The addon's number; 0 once disposed of. */
  handle: Handle;

  /** @internal Tensors come from operators and from `tensor()`, `zeros()` and the like. */
  constructor(handle: Handle) {
    this.handle = handle;
    track(this);
  }

  /** Sizes by dimension; `[]` for a single number. */
  get shape(): readonly number[] {
    return native().shape(this.handle);
  }

  get dtype(): DType {
    return native().dtype(this.handle) as DType;
  }

  /** 'cpu', 'cuda:0', ... */
  get device(): string {
    return native().device(this.handle);
  }

  /** The number of elements. */
  get size(): number {
    return native().elements(this.handle);
  }

  /** Whether operations on it are recorded for {@link backward}. */
  get requiresGrad(): boolean {
    return native().requiresGrad(this.handle);
  }

  set requiresGrad(on: boolean) {
    native().requiresGrad(this.handle, on);
  }

  /** The gradient that {@link backward} added up, of the same shape; a new tensor object at each reading. */
  get grad(): Tensor | undefined {
    const gradient = native().gradientOf(this.handle);
    return gradient === 0 ? undefined : new Tensor(gradient);
  }

  set grad(gradient: Tensor | undefined) {
    native().setGradient(this.handle, gradient?.handle ?? 0);
  }

  get disposed(): boolean {
    return this.handle === 0;
  }

  /** Frees the handle; the memory goes when nothing else (the graph, a view) needs it. Twice does no harm. */
  dispose(): void {
    if (this.handle === 0) return;
    untrack(this);
    native().free(this.handle);
    this.handle = 0;
  }

  /**
   * Adds to `grad` of every leaf the derivative of this tensor with respect to it.
   * @param gradient of the outcome with respect to this tensor; needed unless this holds one element.
   */
  backward(
    gradient?: Tensor,
    options: { readonly retainGraph?: boolean; readonly createGraph?: boolean } = {},
  ): void {
    const createGraph = options.createGraph ?? false;
    native().backward(
      [this.handle],
      gradient ? [gradient.handle] : undefined,
      options.retainGraph ?? createGraph,
      createGraph,
    );
  }

  /** The same values without a history. */
  detach(): Tensor {
    return call('detach', this);
  }

  /** A copy that takes part in the graph. */
  clone(): Tensor {
    return call('clone', this);
  }

  /** The single element. int64 beyond 2^53 loses digits. */
  item(): number {
    return native().item(this.handle);
  }

  /** A copy of the elements in row-major order: float16 and bfloat16 as Float32Array, bool as Uint8Array. */
  data(): TensorData {
    const dtype = this.dtype;
    const half = dtype === 'float16' || dtype === 'bfloat16';
    const target = newArray(half ? 'float32' : dtype, this.size);
    native().into(this.handle, target, half ? 'float32' : dtype);
    return target;
  }

  /** Copies the elements, converted to the array's type, into an array of just their number. */
  into<T extends TensorData>(target: T): T {
    native().into(this.handle, target, dtypeOfArray(target));
    return target;
  }

  /** The elements' bytes as they are in memory, in row-major order (little endian). */
  bytes(): Uint8Array {
    const dtype = this.dtype;
    const bytes = new Uint8Array(this.size * BYTES[dtype]);
    native().into(this.handle, bytes, dtype);
    return bytes;
  }

  /** This tensor on another device, in another type or layout; itself in a new object where nothing changes. */
  to(placement: Placement): Tensor {
    return call(
      'to.dtype_layout',
      this,
      placement.dtype ?? null,
      null,
      placement.device ?? null,
      null,
      false,
      false,
      placement.memoryFormat ?? null,
    );
  }
}

/** Bytes per element. */
export const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** The element type of a typed array; bool is not among them. */
export function dtypeOfArray(array: NodeJS.TypedArray): DType {
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  if (array instanceof BigInt64Array) return 'int64';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof Int16Array) return 'int16';
  if (array instanceof Int8Array) return 'int8';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'uint8';
  throw new TorchError(
    'INVALID_ARGUMENT',
    `${Object.prototype.toString.call(array).slice(8, -1)} has no element type of tensors; use Float32Array, BigInt64Array or the like.`,
  );
}

function newArray(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case 'float64':
      return new Float64Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'int16':
      return new Int16Array(length);
    case 'int8':
      return new Int8Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
    default:
      return new Float32Array(length);
  }
}
