// The values of a pickle, and the few constructors that byte strings and NumPy byte arrays need.
import { InsightFaceError } from '../../errors.js';

/** What a pickle can hold here. Byte strings and NumPy `uint8` arrays are Uint8Array; `null` is None. */
export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | PickleValue[]
  | PickleGlobal
  | PickleArray
  | PickleDict;

/** A name such as `numpy.ndarray`, never resolved. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A NumPy array or dtype under construction. */
export class PickleArray {
  data: Uint8Array = new Uint8Array(0);
  dtype = '';
}

/** A dictionary, whose content no data set needs. */
export class PickleDict {}

/** NumPy's own helpers, old and new module paths. */
const ARRAY_NAMES = new Set(
  ['numpy.core', 'numpy._core'].flatMap(module => [
    `${module}.multiarray._reconstruct`,
    `${module}.multiarray.scalar`,
    `${module}.numeric._frombuffer`,
  ]),
);

/** Item types that read as bytes or flags. */
const BYTE_TYPES = new Set(['u1', '|u1', 'uint8', 'b1', '|b1', 'bool', '?']);

/**
 * What a named constructor would give; none is called.
 * @param decode counts the bytes that a text unfolds to, and refuses too many.
 */
export function construct(
  name: string,
  parameters: readonly PickleValue[],
  decode: (length: number) => void,
): PickleValue {
  const [first, second] = parameters;
  if (name === 'numpy.dtype' && typeof first === 'string') {
    const type = new PickleArray();
    type.dtype = first;
    return type;
  }
  if (name === 'numpy.dtype' && first instanceof Uint8Array) return construct(name, [latin1(first)], decode);
  if (name === '_codecs.encode' && typeof first === 'string' && second === 'latin1') {
    decode(first.length);
    return Uint8Array.from(first, letter => letter.charCodeAt(0));
  }
  if (/^(__builtin__|builtins)\.(bytes|bytearray)$/.test(name))
    return first instanceof Uint8Array ? first : new Uint8Array(0);
  if (!ARRAY_NAMES.has(name)) throw invalid(`it asks for ${name.slice(0, 80)}, which is no plain data`);
  if (name.endsWith('_reconstruct')) return new PickleArray();
  // scalar(dtype, bytes) and _frombuffer(bytes, dtype, shape, order).
  const isScalar = name.endsWith('scalar');
  const [type, data] = isScalar ? [first, second] : [second, first];
  if (!(type instanceof PickleArray) || !BYTE_TYPES.has(type.dtype) || !(data instanceof Uint8Array))
    throw invalid('a NumPy value in it is neither bytes nor flags');
  if (!isScalar) return data;
  if (data.length !== 1) throw invalid('a NumPy flag in it is not one byte');
  return data[0]!;
}

/** The state of an ndarray is (version, shape, dtype, Fortran order, data); of a dtype, its byte order and fields. */
export function fillArray(target: PickleArray, state: readonly PickleValue[]): void {
  if (target.dtype !== '') return;
  const [, shape, type, , data] = state;
  if (!(type instanceof PickleArray) || !BYTE_TYPES.has(type.dtype) || !(data instanceof Uint8Array))
    throw invalid('a NumPy array in it is neither bytes nor flags');
  const size = Array.isArray(shape)
    ? shape.reduce<number>((product, n) => product * Number(n), 1)
    : Number.NaN;
  if (size !== data.length) throw invalid('a NumPy array in it has another size than it says');
  target.data = data;
}

/** The bytes of a value that is a byte string or a NumPy array of bytes; undefined for anything else. */
export function pickleBytes(value: PickleValue | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return value instanceof PickleArray && value.dtype === '' ? value.data : undefined;
}

/** Bytes as the first 256 letters of Unicode. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 1000));
}

/** The one error of this room. */
export function invalid(why: string): InsightFaceError {
  return new InsightFaceError(
    'DATASET_INVALID',
    `This pickle cannot be read: ${why}. Give an InsightFace verification file (.bin) as it was published.`,
  );
}
