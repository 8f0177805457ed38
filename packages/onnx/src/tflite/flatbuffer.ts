// Reading of FlatBuffers with every offset checked (https://flatbuffers.dev/internals/).
// A table is a position; its fields are found through a vtable; vectors and strings are length-prefixed.
// Legitimate files are trees, so reading more elements than the file has bytes means that hostile
// offsets share tables, and ends in MODEL_CORRUPT instead of quadratic work.
import { OnnxError } from '../errors.js';

/** The error that every damaged part of a TFLite file ends in. */
export function corruptTflite(what: string): OnnxError {
  return new OnnxError(
    'MODEL_CORRUPT',
    `The TFLite file is damaged (${what}); fetch it again or check that it is a TFLite model.`,
  );
}

/** A FlatBuffer file. */
export class FlatBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #budget: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = bytes.byteLength;
  }

  /** The root table. */
  root(): Table {
    return this.tableAt(this.offsetFrom(0));
  }

  /** Follows the unsigned offset stored at `position`. */
  offsetFrom(position: number): number {
    this.check(position, 4);
    return position + this.view.getUint32(position, true);
  }

  tableAt(position: number): Table {
    this.spend(1);
    this.check(position, 4);
    const vtable = position - this.view.getInt32(position, true);
    this.check(vtable, 4);
    const size = this.view.getUint16(vtable, true);
    this.check(vtable, size);
    return new Table(this, position, vtable, size);
  }

  /** Throws unless `length` bytes at `position` lie inside the file. */
  check(position: number, length: number): void {
    if (position < 0 || length < 0 || position + length > this.bytes.byteLength)
      throw corruptTflite(`an offset points outside its ${this.bytes.byteLength} bytes`);
  }

  /** Accounts for elements that are about to be read. */
  spend(elements: number): void {
    this.#budget -= elements;
    if (this.#budget < 0) throw corruptTflite('its parts overlap');
  }
}

/** One table of a FlatBuffer. Fields are numbered in the order of the schema. */
export class Table {
  readonly #file: FlatBuffer;
  readonly #position: number;
  readonly #vtable: number;
  readonly #vtableSize: number;

  constructor(file: FlatBuffer, position: number, vtable: number, vtableSize: number) {
    this.#file = file;
    this.#position = position;
    this.#vtable = vtable;
    this.#vtableSize = vtableSize;
  }

  /** Position of a field's value, or `undefined` when the field is left out. */
  #field(index: number, size: number): number | undefined {
    const entry = 4 + 2 * index;
    if (entry + 2 > this.#vtableSize) return undefined;
    const offset = this.#file.view.getUint16(this.#vtable + entry, true);
    if (offset === 0) return undefined;
    this.#file.check(this.#position + offset, size);
    return this.#position + offset;
  }

  bool(index: number, fallback = false): boolean {
    const at = this.#field(index, 1);
    return at === undefined ? fallback : this.#file.view.getUint8(at) !== 0;
  }

  int8(index: number, fallback = 0): number {
    const at = this.#field(index, 1);
    return at === undefined ? fallback : this.#file.view.getInt8(at);
  }

  int32(index: number, fallback = 0): number {
    const at = this.#field(index, 4);
    return at === undefined ? fallback : this.#file.view.getInt32(at, true);
  }

  float32(index: number, fallback = 0): number {
    const at = this.#field(index, 4);
    return at === undefined ? fallback : this.#file.view.getFloat32(at, true);
  }

  table(index: number): Table | undefined {
    const at = this.#field(index, 4);
    return at === undefined ? undefined : this.#file.tableAt(this.#file.offsetFrom(at));
  }

  string(index: number): string {
    const bytes = this.byteVector(index) ?? new Uint8Array();
    this.#file.spend(bytes.byteLength);
    return new TextDecoder().decode(bytes);
  }

  /** A vector of bytes as a view on the file, not a copy. */
  byteVector(index: number): Uint8Array | undefined {
    const vector = this.#vector(index, 1);
    return vector && this.#file.bytes.subarray(vector.start, vector.start + vector.length);
  }

  int32Vector(index: number): number[] | undefined {
    const vector = this.#vector(index, 4);
    if (!vector) return undefined;
    this.#file.spend(vector.length);
    return Array.from({ length: vector.length }, (_, i) =>
      this.#file.view.getInt32(vector.start + 4 * i, true),
    );
  }

  tableVector(index: number): Table[] {
    const vector = this.#vector(index, 4);
    if (!vector) return [];
    return Array.from({ length: vector.length }, (_, i) =>
      this.#file.tableAt(this.#file.offsetFrom(vector.start + 4 * i)),
    );
  }

  #vector(index: number, elementSize: number): { start: number; length: number } | undefined {
    const at = this.#field(index, 4);
    if (at === undefined) return undefined;
    const position = this.#file.offsetFrom(at);
    this.#file.check(position, 4);
    const length = this.#file.view.getUint32(position, true);
    this.#file.check(position + 4, length * elementSize);
    return { start: position + 4, length };
  }
}
