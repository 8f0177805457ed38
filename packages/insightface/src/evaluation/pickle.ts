// A reader for the few pickles that data sets come in. Nothing is imported, called or executed: a pickle is read as data,
// and the handful of constructors that byte strings and NumPy byte arrays need are recognised by name.
// Format: Python's `pickletools` (protocols 0x80 2 to 5). Any other opcode or name ends in DATASET_INVALID.
// Work and memory are bounded by the file's length: byte strings are views of it, and decoded copies are counted.
import { InsightFaceError } from '../errors.js';

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
class PickleGlobal {
  constructor(readonly name: string) {}
}

/** A NumPy array or dtype under construction. */
class PickleArray {
  data: Uint8Array = new Uint8Array(0);
  dtype = '';
}

/** A dictionary, whose content no data set needs. */
class PickleDict {}

class Mark {}

type StackItem = PickleValue | Mark;

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
 * Reads one pickled value.
 * @throws InsightFaceError `DATASET_INVALID` for damaged input and for everything beyond plain data.
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new PickleReader(bytes).read();
}

class PickleReader {
  private at = 0;
  private stack: StackItem[] = [];
  private readonly memo = new Map<number, StackItem>();
  private decoded = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): PickleValue {
    if (this.bytes[0] !== 0x80) throw invalid('it does not begin with a pickle of protocol 2 or newer');
    for (;;) {
      const opcode = this.u8();
      if (opcode === 0x2e) return this.pop();
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = this.u8();
        if (protocol < 2 || protocol > 5) throw invalid(`its protocol is ${protocol}, not 2 to 5`);
        return;
      }
      case 0x95: // FRAME
        this.length8();
        return;
      case 0x28: // MARK
        this.stack.push(new Mark());
        return;
      case 0x30: // POP
        this.popAny();
        return;
      case 0x31: // POP_MARK
        this.popToMark();
        return;
      case 0x32: // DUP
        this.stack.push(this.top());
        return;
      case 0x4e: // NONE
        this.stack.push(null);
        return;
      case 0x88: // NEWTRUE
        this.stack.push(true);
        return;
      case 0x89: // NEWFALSE
        this.stack.push(false);
        return;
      case 0x4b: // BININT1
        this.stack.push(this.u8());
        return;
      case 0x4d: // BININT2
        this.stack.push(this.take(2).reduceRight((sum, byte) => sum * 256 + byte, 0));
        return;
      case 0x4a: {
        // BININT
        const from = this.skip(4);
        this.stack.push(this.view.getInt32(from, true));
        return;
      }
      case 0x8a: // LONG1
        this.stack.push(this.long(this.u8()));
        return;
      case 0x47: {
        // BINFLOAT
        const from = this.skip(8);
        this.stack.push(this.view.getFloat64(from, false));
        return;
      }
      case 0x8c: // SHORT_BINUNICODE
        this.stack.push(this.text(this.u8()));
        return;
      case 0x58: // BINUNICODE
        this.stack.push(this.text(this.u32()));
        return;
      case 0x8d: // BINUNICODE8
        this.stack.push(this.text(this.length8()));
        return;
      case 0x43: // SHORT_BINBYTES
      case 0x55: // SHORT_BINSTRING, Python 2
        this.stack.push(this.take(this.u8()));
        return;
      case 0x42: // BINBYTES
      case 0x54: // BINSTRING, Python 2
        this.stack.push(this.take(this.u32()));
        return;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        this.stack.push(this.take(this.length8()));
        return;
      default:
        this.stepContainer(opcode);
    }
  }

  private stepContainer(opcode: number): void {
    switch (opcode) {
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        this.stack.push([]);
        return;
      case 0x7d: // EMPTY_DICT
        this.stack.push(new PickleDict());
        return;
      case 0x61: {
        // APPEND
        const item = this.pop();
        this.list().push(item);
        return;
      }
      case 0x65: {
        // APPENDS
        const items = this.popToMark();
        const list = this.list();
        for (const item of items) list.push(item);
        return;
      }
      case 0x6c: // LIST
      case 0x74: // TUPLE
        this.stack.push(this.popToMark());
        return;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items: PickleValue[] = [];
        for (let i = 0; i < opcode - 0x84; i++) items.unshift(this.pop());
        this.stack.push(items);
        return;
      }
      case 0x71: // BINPUT
        this.memo.set(this.u8(), this.top());
        return;
      case 0x72: // LONG_BINPUT
        this.memo.set(this.u32(), this.top());
        return;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x68: // BINGET
        this.stack.push(this.remembered(this.u8()));
        return;
      case 0x6a: // LONG_BINGET
        this.stack.push(this.remembered(this.u32()));
        return;
      default:
        this.stepObject(opcode);
    }
  }

  private stepObject(opcode: number): void {
    switch (opcode) {
      case 0x63: {
        // GLOBAL
        const module = this.line();
        this.stack.push(new PickleGlobal(`${module}.${this.line()}`));
        return;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = this.pop();
        const module = this.pop();
        this.stack.push(new PickleGlobal(`${String(module)}.${String(name)}`));
        return;
      }
      case 0x52: {
        // REDUCE
        const parameters = this.pop();
        const callee = this.pop();
        if (!(callee instanceof PickleGlobal) || !Array.isArray(parameters))
          throw invalid('it calls something that is no plain constructor');
        this.stack.push(this.construct(callee.name, parameters));
        return;
      }
      case 0x62: {
        // BUILD
        const state = this.pop();
        const target = this.top();
        if (!(target instanceof PickleArray) || !Array.isArray(state))
          throw invalid('it builds an unknown object');
        fill(target, state);
        return;
      }
      default:
        throw invalid(`opcode 0x${opcode.toString(16)} at byte ${this.at - 1} is not plain data`);
    }
  }

  private construct(name: string, parameters: readonly PickleValue[]): PickleValue {
    const [first, second] = parameters;
    if (name === 'numpy.dtype' && typeof first === 'string') {
      const type = new PickleArray();
      type.dtype = first;
      return type;
    }
    if (name === 'numpy.dtype' && first instanceof Uint8Array) return this.construct(name, [latin1(first)]);
    if (name === '_codecs.encode' && typeof first === 'string' && second === 'latin1') {
      // A copy of a string that may be remembered once and encoded often: the file's length bounds the sum.
      this.decoded += first.length;
      if (this.decoded > this.bytes.length) throw invalid('it unfolds to more bytes than it has');
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

  private u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  private u32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  private length8(): number {
    const length = Number(this.view.getBigUint64(this.skip(8), true));
    if (length > this.bytes.length) throw invalid('it ends too early');
    return length;
  }

  /** A little-endian integer of at most six bytes, which a number holds exactly. */
  private long(size: number): number {
    if (size > 6) throw invalid('it holds a huge integer');
    let value = 0;
    const digits = this.take(size);
    for (let i = size - 1; i >= 0; i--) value = value * 256 + digits[i]!;
    return size > 0 && digits[size - 1]! >= 128 ? value - 256 ** size : value;
  }

  private text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at);
    if (end < 0 || end - this.at > 200) throw invalid('a name in it does not end');
    const name = latin1(this.take(end - this.at));
    this.at = end + 1;
    return name;
  }

  private take(length: number): Uint8Array {
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  private skip(length: number): number {
    const from = this.at;
    if (length > this.bytes.length - from) throw invalid('it ends too early');
    this.at += length;
    return from;
  }

  private remembered(place: number): StackItem {
    const item = this.memo.get(place);
    if (item === undefined) throw invalid('it refers to a value it never gave');
    return item;
  }

  private top(): StackItem {
    const item = this.stack.at(-1);
    if (item === undefined) throw invalid('it takes a value that is not there');
    return item;
  }

  private popAny(): StackItem {
    const item = this.top();
    this.stack.pop();
    return item;
  }

  private pop(): PickleValue {
    const item = this.popAny();
    if (item instanceof Mark) throw invalid('it takes a value that is not there');
    return item;
  }

  private list(): PickleValue[] {
    const target = this.top();
    if (!Array.isArray(target)) throw invalid('it appends to something that is no list');
    return target;
  }

  private popToMark(): PickleValue[] {
    const items: PickleValue[] = [];
    for (;;) {
      const item = this.popAny();
      if (item instanceof Mark) return items.reverse();
      items.push(item);
    }
  }
}

/** The state of an ndarray is (version, shape, dtype, Fortran order, data); of a dtype, its byte order and fields. */
function fill(target: PickleArray, state: readonly PickleValue[]): void {
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

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 1000));
}

function invalid(why: string): InsightFaceError {
  return new InsightFaceError(
    'DATASET_INVALID',
    `This pickle cannot be read: ${why}. Give an InsightFace verification file (.bin) as it was published.`,
  );
}
