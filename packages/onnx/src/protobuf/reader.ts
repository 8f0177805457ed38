// Protocol Buffers wire format, reading (https://protobuf.dev/programming-guides/encoding/). Input is hostile: every
// length is checked against the bytes that are there.
import { OnnxError } from '../errors.js';

/** How a field is encoded. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads one message, field by field. */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;
  #end: number;
  /** Number of the field at hand. */
  field = 0;
  /** Encoding of the field at hand. */
  wire = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = 0;
    this.#end = bytes.length;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#position >= this.#end) return false;
    const tag = this.#varint().low;
    this.field = tag >>> 3;
    this.wire = tag & 7;
    if (this.field === 0) throw corrupt('a field has number 0');
    return true;
  }

  /** A whole number; beyond 53 bits it is rounded to the nearest that a JavaScript number holds. */
  int(): number {
    this.#expect(WireType.varint);
    return toSigned(this.#varint());
  }

  float(): number {
    this.#expect(WireType.fixed32);
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** A view of the file's own bytes, not a copy. */
  bytes(): Uint8Array {
    this.#expect(WireType.bytes);
    const { low, high } = this.#varint();
    if (high !== 0) throw corrupt('a length is beyond the end');
    const start = this.#take(low);
    return this.#bytes.subarray(start, start + low);
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  message(): ProtoReader {
    return new ProtoReader(this.bytes());
  }

  /** Appends the integers of a repeated field, packed or not. */
  intsInto(list: number[]): void {
    if (this.wire === WireType.varint) list.push(this.int());
    else
      for (const inner = this.message(); inner.#position < inner.#end; ) list.push(toSigned(inner.#varint()));
  }

  /** Appends the 32-bit floats of a repeated field, packed or not. */
  floatsInto(list: number[]): void {
    if (this.wire === WireType.fixed32) {
      list.push(this.float());
      return;
    }
    const packed = this.bytes();
    if (packed.length % 4 !== 0) throw corrupt('a list of floats ends within a number');
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let at = 0; at < packed.length; at += 4) list.push(view.getFloat32(at, true));
  }

  /** Appends the 64-bit floats of a repeated field, packed or not. */
  doublesInto(list: number[]): void {
    if (this.wire === WireType.fixed64) {
      list.push(this.#view.getFloat64(this.#take(8), true));
      return;
    }
    const packed = this.bytes();
    if (packed.length % 8 !== 0) throw corrupt('a list of doubles ends within a number');
    const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
    for (let at = 0; at < packed.length; at += 8) list.push(view.getFloat64(at, true));
  }

  /** Passes over a field that is of no interest. */
  skip(): void {
    if (this.wire === WireType.varint) this.#varint();
    else if (this.wire === WireType.fixed64) this.#take(8);
    else if (this.wire === WireType.bytes) this.bytes();
    else if (this.wire === WireType.fixed32) this.#take(4);
    else throw corrupt(`a field has the encoding ${this.wire}`);
  }

  #expect(wire: number): void {
    if (this.wire !== wire) throw corrupt(`field ${this.field} has the encoding ${this.wire}, not ${wire}`);
  }

  #take(length: number): number {
    const start = this.#position;
    if (length > this.#end - start) throw corrupt('it is cut off');
    this.#position += length;
    return start;
  }

  #varint(): { low: number; high: number } {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) return { low: low >>> 0, high: high >>> 0 };
    }
    throw corrupt('a number has no end');
  }
}

const decoder = new TextDecoder();

function toSigned({ low, high }: { low: number; high: number }): number {
  return (high | 0) * 2 ** 32 + low;
}

function corrupt(reason: string): OnnxError {
  return new OnnxError('MODEL_CORRUPT', `These bytes are no ONNX model: ${reason}. Fetch the file again.`);
}
