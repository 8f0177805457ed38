// A TFLite file as plain data (tensorflow/lite/schema/schema.fbs). Field numbers are the schema's.
// Files made before 2020 number their operators in a byte; newer ones in an int: the larger one counts.
import { DataType } from '../model.js';
import { corruptTflite, FlatBuffer, type Table } from './flatbuffer.js';
import { operatorName } from './operator-names.js';

/** One tensor of the graph; `bytes` is set when it is a constant. */
export interface TfliteTensor {
  readonly name: string;
  /** The shape in the file. Where {@link signature} differs, it is only an example. */
  readonly shape: readonly number[];
  /** The shape with -1 for what is not fixed, where the file tells. */
  readonly signature: readonly number[];
  readonly dataType: DataType | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly sparse: boolean;
}

/** One operator call. `inputs` holds tensor numbers, -1 for an optional input left out. */
export interface TfliteOperator {
  readonly type: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: Table | undefined;
}

/** The first (main) subgraph of a file. */
export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

// TensorType of the schema -> ONNX.
const DATA_TYPES: readonly (DataType | undefined)[] = [
  DataType.float32,
  DataType.float16,
  DataType.int32,
  DataType.uint8,
  DataType.int64,
  DataType.string,
  DataType.bool,
  DataType.int16,
  undefined,
  DataType.int8,
  DataType.float64,
];

/** Reads a TFLite file. Throws MODEL_CORRUPT when the bytes are not one. */
export function readTflite(bytes: Uint8Array): TfliteGraph {
  if (bytes.byteLength < 8 || new TextDecoder('latin1').decode(bytes.subarray(4, 8)) !== 'TFL3')
    throw corruptTflite('it does not carry the mark TFL3');
  const model = new FlatBuffer(bytes).root();
  const names = model
    .tableVector(1)
    .map(code => operatorName(Math.max(code.int8(0), code.int32(3)), code.string(1)));
  const subgraph = model.tableVector(2)[0];
  if (!subgraph) throw corruptTflite('it holds no graph');
  const buffers = model.tableVector(4).map(buffer => buffer.byteVector(0));
  const tensors = subgraph.tableVector(0).map(table => readTensor(table, buffers));
  const operators = subgraph.tableVector(3).map(table => readOperator(table, names, tensors.length));
  const inputs = subgraph.int32Vector(1) ?? [];
  const outputs = subgraph.int32Vector(2) ?? [];
  checkNumbers([...inputs, ...outputs], 0, tensors.length);
  return { tensors, operators, inputs, outputs };
}

function readTensor(table: Table, buffers: readonly (Uint8Array | undefined)[]): TfliteTensor {
  const shape = table.int32Vector(0) ?? [];
  if (shape.some(size => size < 0)) throw corruptTflite('a tensor has a negative size');
  const signature = table.int32Vector(7) ?? shape;
  if (signature.length !== shape.length) throw corruptTflite('a tensor has two ranks');
  const buffer = table.int32(2);
  if (buffer < 0 || buffer >= Math.max(1, buffers.length))
    throw corruptTflite('a tensor names a buffer that is not there');
  const data = buffers[buffer];
  return {
    name: table.string(3),
    shape,
    signature,
    dataType: DATA_TYPES[table.int8(1)],
    bytes: data && data.byteLength > 0 ? data : undefined,
    sparse: table.table(6) !== undefined,
  };
}

function readOperator(table: Table, names: readonly string[], tensorCount: number): TfliteOperator {
  const type = names[table.int32(0)];
  if (type === undefined) throw corruptTflite('an operator has no type');
  const inputs = table.int32Vector(1) ?? [];
  const outputs = table.int32Vector(2) ?? [];
  checkNumbers(inputs, -1, tensorCount);
  checkNumbers(outputs, 0, tensorCount);
  return { type, inputs, outputs, options: table.table(4) };
}

function checkNumbers(numbers: readonly number[], from: number, to: number): void {
  if (numbers.some(number => number < from || number >= to))
    throw corruptTflite('an operator names a tensor that is not there');
}
