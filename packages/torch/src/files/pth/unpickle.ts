// Reads a pickle as data (Python's `pickletools`, protocols 2 to 5). Names are checked against the allow-list of names.ts and
// never resolved; any opcode that plain checkpoints do not use ends the reading.
import { invalid } from '../invalid.js';
import { allowedName, construct, storageOf } from './names.js';
import { PickleCursor } from './pickle-cursor.js';
import { PickleDict, PickleName, type PickleValue, type Storage, type TensorView } from './values.js';

/** Where a list, tuple or dictionary began. */
class Mark {}

type StackItem = PickleValue | Mark;

/** One unpickled value, the tensors in it that still need their bytes, and where the pickle ended. */
export interface Unpickled {
  readonly value: PickleValue;
  readonly views: readonly TensorView[];
  /** By key; the same storage can serve many tensors. */
  readonly storages: ReadonlyMap<string, Storage>;
  readonly end: number;
}

/**
 * Reads the pickle that begins at a place.
 * @throws TorchError `CHECKPOINT_INVALID`
 */
export function unpickle(bytes: Uint8Array, start = 0): Unpickled {
  return new Unpickler(bytes, start).read();
}

class Unpickler {
  readonly #cursor: PickleCursor;
  readonly #stack: StackItem[] = [];
  readonly #memo = new Map<number, StackItem>();
  readonly #views: TensorView[] = [];
  readonly #storages = new Map<string, Storage>();

  readonly #bytes: Uint8Array;
  #copied = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#cursor = new PickleCursor(bytes, start);
  }

  read(): Unpickled {
    if (this.#cursor.u8() !== 0x80) throw invalid('it does not hold a pickle of protocol 2 or newer');
    const protocol = this.#cursor.u8();
    if (protocol < 2 || protocol > 5) throw invalid(`its pickle has protocol ${protocol}, not 2 to 5`);
    for (;;) {
      const opcode = this.#cursor.u8();
      if (opcode === 0x2e) break;
      const value = this.#scalar(opcode);
      if (value !== undefined) this.#stack.push(value);
      else if (!this.#container(opcode) && !this.#object(opcode))
        throw invalid(
          `opcode 0x${opcode.toString(16)} at byte ${this.#cursor.position - 1} of its pickle is no plain data`,
        );
    }
    return { value: this.#pop(), views: this.#views, storages: this.#storages, end: this.#cursor.position };
  }

  #scalar(opcode: number): PickleValue | undefined {
    const cursor = this.#cursor;
    switch (opcode) {
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4b: // BININT1
        return cursor.u8();
      case 0x4d: // BININT2
        return cursor.u16();
      case 0x4a: // BININT
        return cursor.i32();
      case 0x8a: // LONG1
        return cursor.long(cursor.u8());
      case 0x47: // BINFLOAT
        return cursor.f64();
      case 0x8c: // SHORT_BINUNICODE
        return cursor.text(cursor.u8());
      case 0x58: // BINUNICODE
        return cursor.text(cursor.u32());
      case 0x8d: // BINUNICODE8
        return cursor.text(cursor.length8());
      case 0x55: // SHORT_BINSTRING, a text of Python 2
        return cursor.latin1(cursor.u8());
      case 0x54: // BINSTRING
        return cursor.latin1(cursor.u32());
      case 0x43: // SHORT_BINBYTES
        return cursor.take(cursor.u8());
      case 0x42: // BINBYTES
        return cursor.take(cursor.u32());
      case 0x8e: // BINBYTES8
        return cursor.take(cursor.length8());
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return [];
      case 0x7d: // EMPTY_DICT
        return new PickleDict();
      default:
        return undefined;
    }
  }

  #container(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // MARK
        this.#stack.push(new Mark());
        return true;
      case 0x61: // APPEND
        this.#append([this.#pop()]);
        return true;
      case 0x65: // APPENDS
        this.#append(this.#popToMark());
        return true;
      case 0x73: {
        // SETITEM
        const value = this.#pop();
        this.#setItems([this.#pop(), value]);
        return true;
      }
      case 0x75: // SETITEMS
        this.#setItems(this.#popToMark());
        return true;
      case 0x6c: // LIST
      case 0x74: // TUPLE
        this.#stack.push(this.#popToMark());
        return true;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items: PickleValue[] = [];
        for (let count = opcode - 0x84; count > 0; count--) items.unshift(this.#pop());
        this.#stack.push(items);
        return true;
      }
      default:
        return this.#remember(opcode);
    }
  }

  #remember(opcode: number): boolean {
    const cursor = this.#cursor;
    switch (opcode) {
      case 0x95: // FRAME
        cursor.length8();
        return true;
      case 0x30: // POP
        this.#stack.pop();
        return true;
      case 0x71: // BINPUT
        this.#memo.set(cursor.u8(), this.#top());
        return true;
      case 0x72: // LONG_BINPUT
        this.#memo.set(cursor.u32(), this.#top());
        return true;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 0x68: // BINGET
        this.#stack.push(this.#remembered(cursor.u8()));
        return true;
      case 0x6a: // LONG_BINGET
        this.#stack.push(this.#remembered(cursor.u32()));
        return true;
      default:
        return false;
    }
  }

  #object(opcode: number): boolean {
    switch (opcode) {
      case 0x63: {
        // GLOBAL
        const module = this.#cursor.line();
        this.#stack.push(allowedName(module, this.#cursor.line()));
        return true;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = this.#pop();
        this.#stack.push(allowedName(this.#pop(), name));
        return true;
      }
      case 0x52: {
        // REDUCE
        const parameters = this.#pop();
        const callee = this.#pop();
        if (!(callee instanceof PickleName) || !Array.isArray(parameters))
          throw invalid('its pickle calls something that is no constructor');
        this.#stack.push(
          construct(
            callee,
            parameters,
            view => this.#views.push(view),
            count => this.#spend(count),
          ),
        );
        return true;
      }
      case 0x62: // BUILD: only dictionaries have a state beside their items (`_metadata`), which nothing needs.
        this.#pop();
        if (!(this.#top() instanceof PickleDict)) throw invalid('its pickle builds an unknown object');
        return true;
      case 0x51: // BINPERSID
        this.#stack.push(this.#storage(storageOf(this.#pop())));
        return true;
      default:
        return false;
    }
  }

  /** One object per key, so that tensors which share data keep sharing it. */
  #storage(found: Storage): Storage {
    const known = this.#storages.get(found.key);
    if (known && (known.dtype !== found.dtype || known.length !== found.length))
      throw invalid('its pickle describes the same data in two ways');
    this.#storages.set(found.key, known ?? found);
    return known ?? found;
  }

  /** Copies together may not be larger than the file. */
  #spend(count: number): void {
    this.#copied += count;
    if (this.#copied > this.#bytes.length) throw invalid('its pickle unfolds to more than it has');
  }

  #append(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (!Array.isArray(target)) throw invalid('its pickle appends to something that is no list');
    for (const item of items) target.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (!(target instanceof PickleDict) || items.length % 2 !== 0)
      throw invalid('its pickle sets items of something that is no dictionary');
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  }

  #remembered(place: number): StackItem {
    const item = this.#memo.get(place);
    if (item === undefined) throw invalid('its pickle refers to a value it never gave');
    return item;
  }

  #top(): StackItem {
    const item = this.#stack.at(-1);
    if (item === undefined) throw invalid('its pickle takes a value that is not there');
    return item;
  }

  #pop(): PickleValue {
    const item = this.#top();
    if (item instanceof Mark) throw invalid('its pickle takes a value that is not there');
    this.#stack.pop();
    return item;
  }

  #popToMark(): PickleValue[] {
    const items: PickleValue[] = [];
    for (let item = this.#top(); !(item instanceof Mark); item = this.#top()) {
      items.push(item);
      this.#stack.pop();
    }
    this.#stack.pop();
    return items.reverse();
  }
}
