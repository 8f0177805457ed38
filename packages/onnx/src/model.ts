// The ONNX graph as plain data (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
// Only what inference models use: no training info, no sparse tensors, no functions.

/** Element types of tensors, with ONNX's own numbers. */
export const DataType = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** One of the numbers of {@link DataType}. */
export type DataType = (typeof DataType)[keyof typeof DataType];

/** A constant tensor: its bytes are little-endian and row-major, whatever encoding the file used. */
export interface TensorData {
  readonly name: string;
  readonly dataType: DataType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

/** One dimension: a number, a symbol such as `"batch"`, or `undefined` where the file says nothing. */
export type Dimension = number | string | undefined;

/** A named value with its type. `dims` is `undefined` where the rank is unknown. */
export interface ValueInfo {
  readonly name: string;
  readonly dataType: DataType;
  readonly dims: readonly Dimension[] | undefined;
}

/** A node's attribute. Integers are JavaScript numbers (ONNX's int64 attributes fit in 53 bits). */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: TensorData }
  | { readonly kind: 'graph'; readonly value: Graph };

/** One operator call. An empty string in `inputs` is an optional input left out. */
export interface Node {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** Nodes in topological order, and the values that go in and out. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, TensorData>;
  /** Real inputs only: an initializer that is also listed as an input is left out. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: readonly ValueInfo[];
}

/** A whole model file. Values are never changed in place: an edit returns a new model. */
export interface Model {
  readonly irVersion: number;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly producerName: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: Graph;
}
