// Rows of vectors in one growing block of shared memory, which other threads scan while rows are added.
import { InsightFaceError } from 'insightface-ts';
import {
  createKernel,
  createKernelMemory,
  type Kernel,
  type KernelMemory,
  mostPages,
  pageBytes,
} from './kernel.js';
import { blockRows, blockShift, type Layout, layoutOf, type Precision, removedGroup } from './layout.js';

/** Rows as they are kept: `numbers` `[count, rowBytes]`, and a key and a group for each. */
export interface RowBatch {
  readonly numbers: Uint8Array;
  readonly keys: Uint32Array;
  readonly groups: Uint32Array;
}

/** Keys rise from row to row. A removed row stays, marked, until {@link VectorTable.compact}. */
export class VectorTable {
  readonly memory: KernelMemory;
  readonly layout: Layout;
  readonly #kernel: Kernel;
  #rows = 0;
  #removed = 0;
  #lastKey = -1;
  /** Views of the whole memory as it is now; a grown memory has a new buffer. */
  #words: Uint32Array;
  #bytes: Uint8Array;
  #integers: Int8Array;
  #floats: Float32Array;

  /** @param threads how many scan it at the same time. */
  constructor(dimension: number, precision: Precision, threads: number) {
    this.layout = layoutOf(dimension, precision, threads);
    this.memory = createKernelMemory(this.layout.first + this.layout.block.bytes);
    this.#kernel = createKernel(this.memory);
    const { buffer } = this.memory;
    this.#words = new Uint32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#integers = new Int8Array(buffer);
    this.#floats = new Float32Array(buffer);
  }

  /** Rows, removed ones among them. */
  get rows(): number {
    return this.#rows;
  }

  get removed(): number {
    return this.#removed;
  }

  /** The greatest key so far, or -1. */
  get lastKey(): number {
    return this.#lastKey;
  }

  add(key: number, group: number, vector: Float32Array): void {
    const row = this.#open(key, group);
    const at = this.numbersAt(row);
    const { dimension, precision, scale, width, rowBytes } = this.layout;
    if (precision === 'float') {
      this.#floats.set(vector, at / 4);
      this.#floats.fill(0, at / 4 + dimension, at / 4 + width);
    } else {
      const integers = this.#integers;
      for (let index = 0; index < dimension; index++) integers[at + index] = quantize(vector[index]!, scale);
      integers.fill(0, at + dimension, at + rowBytes);
    }
    this.#encode(row, row + 1);
  }

  /** Adds rows that were read from another table of the same layout. */
  append({ numbers, keys, groups }: RowBatch): void {
    const { rowBytes } = this.layout;
    for (let done = 0; done < keys.length; ) {
      const row = this.#rows;
      const count = Math.min(keys.length - done, blockRows - (row % blockRows));
      for (let index = 0; index < count; index++) this.#open(keys[done + index]!, groups[done + index]!);
      this.#bytes.set(numbers.subarray(done * rowBytes, (done + count) * rowBytes), this.numbersAt(row));
      this.#encode(row, row + count);
      done += count;
    }
  }

  /** Rows `from` to `to` as they are kept, without removed ones. */
  read(from: number, to: number): RowBatch {
    const rows: number[] = [];
    for (let row = from; row < to; row++) if (this.group(row) !== removedGroup) rows.push(row);
    const { rowBytes } = this.layout;
    const numbers = new Uint8Array(rows.length * rowBytes);
    for (const [index, row] of rows.entries()) {
      const at = this.numbersAt(row);
      numbers.set(this.#bytes.subarray(at, at + rowBytes), index * rowBytes);
    }
    return {
      numbers,
      keys: Uint32Array.from(rows, row => this.key(row)),
      groups: Uint32Array.from(rows, row => this.group(row)),
    };
  }

  /** Marks the row of a key; false when there is none. */
  remove(key: number): boolean {
    const row = this.find(key);
    if (row === undefined) return false;
    this.#words[this.#groupAt(row)] = removedGroup;
    this.#removed++;
    return true;
  }

  /** The row of a key that was not removed. */
  find(key: number): number | undefined {
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.key(middle) < key) low = middle + 1;
      else high = middle;
    }
    return low < this.#rows && this.key(low) === key && this.group(low) !== removedGroup ? low : undefined;
  }

  /** Takes back the rows from `rows` on; none of them was removed. */
  truncate(rows: number): void {
    this.#rows = rows;
    this.#lastKey = rows > 0 ? this.key(rows - 1) : -1;
  }

  /** Moves rows into the gaps that removed ones left. Nobody may scan meanwhile. */
  compact(): void {
    const { rowBytes } = this.layout;
    let into = 0;
    for (let row = 0; row < this.#rows; row++) {
      const group = this.group(row);
      if (group === removedGroup) continue;
      if (into !== row) {
        const from = this.numbersAt(row);
        this.#bytes.copyWithin(this.numbersAt(into), from, from + rowBytes);
        this.#words[this.#keyAt(into)] = this.key(row);
        this.#words[this.#groupAt(into)] = group;
      }
      into++;
    }
    this.#rows = into;
    this.#removed = 0;
    this.#encode(0, into);
  }

  key(row: number): number {
    return this.#words[this.#keyAt(row)]!;
  }

  /** The group of a row, or `removedGroup`. */
  group(row: number): number {
    return this.#words[this.#groupAt(row)]!;
  }

  /** The numbers of a row `[dimension]`, as they are kept: near to unit length. */
  vector(row: number): Float32Array {
    const { dimension, precision, scale } = this.layout;
    const at = this.numbersAt(row);
    if (precision === 'float') return this.#floats.slice(at / 4, at / 4 + dimension);
    return Float32Array.from(this.#integers.subarray(at, at + dimension), value => value / scale);
  }

  /** Address of the numbers of a row. */
  numbersAt(row: number): number {
    return this.#blockAt(row) + (row % blockRows) * this.layout.rowBytes;
  }

  #open(key: number, group: number): number {
    if (!(key > this.#lastKey && key < 2 ** 32 && group >= 0 && group < removedGroup))
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `Keys rise and stay below 2^32, groups below 2^32 - 1; key ${key} of group ${group} does not follow ${this.#lastKey}.`,
      );
    const row = this.#rows;
    this.#grow(row + 1);
    this.#words[this.#keyAt(row)] = key;
    this.#words[this.#groupAt(row)] = group;
    this.#lastKey = key;
    this.#rows++;
    return row;
  }

  #encode(from: number, to: number): void {
    const { width, codeBytes, block } = this.layout;
    if (codeBytes === 0) return;
    for (let row = from; row < to; ) {
      const count = Math.min(to - row, blockRows - (row % blockRows));
      const codes = this.#blockAt(row) + block.codes + (row % blockRows) * codeBytes;
      this.#kernel.encode(this.numbersAt(row), width, count, codes);
      row += count;
    }
  }

  #grow(rows: number): void {
    const { first, block } = this.layout;
    const blocks = Math.ceil(rows / blockRows);
    if (first + blocks * block.bytes <= this.#bytes.length) return;
    // A memory keeps its place as it grows, and pages that nobody has touched cost nothing.
    const wanted = Math.ceil((first + Math.ceil(blocks * 1.25) * block.bytes) / pageBytes);
    const needed = Math.ceil((first + blocks * block.bytes) / pageBytes);
    if (needed > mostPages)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `An index holds at most 4 GiB, ${this.#rows} templates of ${this.layout.dimension} numbers. Divide the gallery by tenants, or keep it in PostgreSQL.`,
      );
    this.memory.grow(Math.min(wanted, mostPages) - this.#bytes.length / pageBytes);
    const { buffer } = this.memory;
    this.#words = new Uint32Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#integers = new Int8Array(buffer);
    this.#floats = new Float32Array(buffer);
  }

  #blockAt(row: number): number {
    return this.layout.first + (row >>> blockShift) * this.layout.block.bytes;
  }

  #keyAt(row: number): number {
    return (this.#blockAt(row) + this.layout.block.keys) / 4 + (row % blockRows);
  }

  #groupAt(row: number): number {
    return (this.#blockAt(row) + this.layout.block.groups) / 4 + (row % blockRows);
  }
}

function quantize(value: number, scale: number): number {
  return Math.max(-127, Math.min(127, Math.round(value * scale)));
}
