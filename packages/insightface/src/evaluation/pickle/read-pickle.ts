// A reader for the few pickles that data sets come in. Nothing is imported, called or executed: a pickle is read as data,
// and the handful of constructors that byte strings and NumPy byte arrays need are recognised by name.
// Format: Python's `pickletools` (protocols 0x80 2 to 5). Any other opcode or name ends in DATASET_INVALID.
// Work and memory are bounded by the file's length: byte strings are views of it, and decoded copies are counted.
import { ByteCursor } from './byte-cursor.js';
import {
  construct,
  fillArray,
  invalid,
  PickleArray,
  PickleDict,
  PickleGlobal,
  type PickleValue,
} from './values.js';

/** Where a list or tuple began. */
class Mark {}

type StackItem = PickleValue | Mark;

/**
 * Reads one pickled value.
 * @throws InsightFaceError `DATASET_INVALID` for damaged input and for everything beyond plain data.
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new PickleReader(bytes).read();
}

class PickleReader {
  private readonly cursor: ByteCursor;
  private stack: StackItem[] = [];
  private readonly memo = new Map<number, StackItem>();
  private decoded = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.cursor = new ByteCursor(bytes);
  }

  read(): PickleValue {
    if (this.bytes[0] !== 0x80) throw invalid('it does not begin with a pickle of protocol 2 or newer');
    for (;;) {
      const opcode = this.cursor.u8();
      if (opcode === 0x2e) return this.pop();
      this.step(opcode);
    }
  }

  private step(opcode: number): void {
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = this.cursor.u8();
        if (protocol < 2 || protocol > 5) throw invalid(`its protocol is ${protocol}, not 2 to 5`);
        return;
      }
      case 0x95: // FRAME
        this.cursor.length8();
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
        this.stack.push(this.cursor.u8());
        return;
      case 0x4d: // BININT2
        this.stack.push(this.cursor.take(2).reduceRight((sum, byte) => sum * 256 + byte, 0));
        return;
      case 0x4a: // BININT
        this.stack.push(this.cursor.i32());
        return;
      case 0x8a: // LONG1
        this.stack.push(this.cursor.long(this.cursor.u8()));
        return;
      case 0x47: // BINFLOAT
        this.stack.push(this.cursor.f64());
        return;
      case 0x8c: // SHORT_BINUNICODE
        this.stack.push(this.cursor.text(this.cursor.u8()));
        return;
      case 0x58: // BINUNICODE
        this.stack.push(this.cursor.text(this.cursor.u32()));
        return;
      case 0x8d: // BINUNICODE8
        this.stack.push(this.cursor.text(this.cursor.length8()));
        return;
      case 0x43: // SHORT_BINBYTES
      case 0x55: // SHORT_BINSTRING, Python 2
        this.stack.push(this.cursor.take(this.cursor.u8()));
        return;
      case 0x42: // BINBYTES
      case 0x54: // BINSTRING, Python 2
        this.stack.push(this.cursor.take(this.cursor.u32()));
        return;
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        this.stack.push(this.cursor.take(this.cursor.length8()));
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
        this.memo.set(this.cursor.u8(), this.top());
        return;
      case 0x72: // LONG_BINPUT
        this.memo.set(this.cursor.u32(), this.top());
        return;
      case 0x94: // MEMOIZE
        this.memo.set(this.memo.size, this.top());
        return;
      case 0x68: // BINGET
        this.stack.push(this.remembered(this.cursor.u8()));
        return;
      case 0x6a: // LONG_BINGET
        this.stack.push(this.remembered(this.cursor.u32()));
        return;
      default:
        this.stepObject(opcode);
    }
  }

  private stepObject(opcode: number): void {
    switch (opcode) {
      case 0x63: {
        // GLOBAL
        const module = this.cursor.line();
        this.stack.push(new PickleGlobal(`${module}.${this.cursor.line()}`));
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
        this.stack.push(construct(callee.name, parameters, length => this.countDecoded(length)));
        return;
      }
      case 0x62: {
        // BUILD
        const state = this.pop();
        const target = this.top();
        if (!(target instanceof PickleArray) || !Array.isArray(state))
          throw invalid('it builds an unknown object');
        fillArray(target, state);
        return;
      }
      default:
        throw invalid(
          `opcode 0x${opcode.toString(16)} at byte ${this.cursor.position - 1} is not plain data`,
        );
    }
  }

  /** A text may be remembered once and decoded often: the file's length bounds the sum of the copies. */
  private countDecoded(length: number): void {
    this.decoded += length;
    if (this.decoded > this.bytes.length) throw invalid('it unfolds to more bytes than it has');
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
