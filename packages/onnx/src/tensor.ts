// Constant tensors as numbers and back. Typed arrays have the machine's byte order, which is the files', little-endian,
// wherever Node and browsers run.
import { OnnxError } from './errors.js';
import { DataType, type TensorData } from './model.js';

const byteSizes: Readonly<Record<number, number>> = {
  [DataType.float32]: 4,
  [DataType.uint8]: 1,
  [DataType.int8]: 1,
  [DataType.uint16]: 2,
  [DataType.int16]: 2,
  [DataType.int32]: 4,
  [DataType.int64]: 8,
  [DataType.bool]: 1,
  [DataType.float16]: 2,
  [DataType.float64]: 8,
  [DataType.uint32]: 4,
  [DataType.uint64]: 8,
  [DataType.bfloat16]: 2,
};

/** Bytes of one element, or undefined for strings. */
export function elementBytes(dataType: DataType): number | undefined {
  return byteSizes[dataType];
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/**
 * The values of a float32 or float64 tensor.
 * @throws OnnxError MODEL_UNSUPPORTED for other types.
 */
export function tensorFloats(tensor: TensorData): Float32Array {
  const bytes = new Uint8Array(tensor.bytes);
  if (tensor.dataType === DataType.float32) return new Float32Array(bytes.buffer);
  if (tensor.dataType === DataType.float64) return Float32Array.from(new Float64Array(bytes.buffer));
  throw new OnnxError('MODEL_UNSUPPORTED', `The tensor ${tensor.name} holds no floats of 32 or 64 bits.`);
}

/**
 * The values of an int32 or int64 tensor.
 * @throws OnnxError MODEL_UNSUPPORTED for other types.
 */
export function tensorInts(tensor: TensorData): number[] {
  const bytes = new Uint8Array(tensor.bytes);
  if (tensor.dataType === DataType.int64) return Array.from(new BigInt64Array(bytes.buffer), Number);
  if (tensor.dataType === DataType.int32) return Array.from(new Int32Array(bytes.buffer));
  throw new OnnxError('MODEL_UNSUPPORTED', `The tensor ${tensor.name} holds no integers of 32 or 64 bits.`);
}

/** A constant of 32-bit floats. */
export function floatTensor(name: string, dims: readonly number[], values: Float32Array): TensorData {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dataType: DataType.float32, dims, bytes };
}

/** A constant of 64-bit integers: shapes, axes. */
export function intTensor(name: string, dims: readonly number[], values: readonly number[]): TensorData {
  const data = BigInt64Array.from(values, BigInt);
  return { name, dataType: DataType.int64, dims, bytes: new Uint8Array(data.buffer) };
}
