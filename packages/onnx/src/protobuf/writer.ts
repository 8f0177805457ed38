// Protocol Buffers wire format, writing (https://protobuf.dev/programming-guides/encoding/).
import { WireType } from './reader.js';

const encoder = new TextEncoder();

/** Collects the fields of one message. Large byte strings are kept by reference until the end. */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #small: number[] = [];
  #length = 0;

  int(field: number, value: number): this {
    this.#varint(field * 8 + WireType.varint);
    this.#signed(value);
    return this;
  }

  float(field: number, value: number): this {
    this.#varint(field * 8 + WireType.fixed32);
    this.#small.push(...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  bytes(field: number, bytes: Uint8Array): this {
    this.#varint(field * 8 + WireType.bytes);
    this.#varint(bytes.length);
    this.#flush();
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }

  text(field: number, text: string): this {
    return this.bytes(field, encoder.encode(text));
  }

  message(field: number, build: (writer: ProtoWriter) => void): this {
    const inner = new ProtoWriter();
    build(inner);
    inner.#flush();
    this.#varint(field * 8 + WireType.bytes);
    this.#varint(inner.#length);
    this.#flush();
    for (const part of inner.#parts) this.#parts.push(part);
    this.#length += inner.#length;
    return this;
  }

  packedInts(field: number, values: readonly number[]): this {
    const inner = new ProtoWriter();
    for (const value of values) inner.#signed(value);
    return this.bytes(field, inner.finish());
  }

  packedFloats(field: number, values: readonly number[]): this {
    return this.bytes(field, new Uint8Array(Float32Array.from(values).buffer));
  }

  finish(): Uint8Array {
    this.#flush();
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#small.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#small.push(rest);
  }

  /** Negative numbers take ten bytes, as two's complement of 64 bits. */
  #signed(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      this.#varint(value);
      return;
    }
    // Numbers beyond 53 bits were rounded when they were read; the largest int64 stands for "to the end".
    const clamped = value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
    let rest = BigInt.asUintN(64, clamped);
    while (rest >= 0x80n) {
      this.#small.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#small.push(Number(rest));
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    const part = Uint8Array.from(this.#small);
    this.#parts.push(part);
    this.#length += part.length;
    this.#small = [];
  }
}
