// Reads the bytes of a pickle in order, and never past their end.
import { invalid } from '../invalid.js';

export class PickleCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** A length in eight bytes, which the file must be able to hold. */
  length8(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** A number of eight bytes, the high one first. */
  f64(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** A signed little-endian integer of up to 16 bytes; a bigint where a number is not exact. */
  long(size: number): number | bigint {
    if (size > 16) throw invalid('its pickle holds a huge integer');
    const value = this.take(size).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
    const signed = BigInt.asIntN(size * 8, value);
    return BigInt(Number(signed)) === signed && Number.isSafeInteger(Number(signed))
      ? Number(signed)
      : signed;
  }

  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  latin1(length: number): string {
    return Buffer.from(this.take(length)).toString('latin1');
  }

  /** A name up to the end of its line. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.position);
    if (end < 0 || end - this.position > 200) throw invalid('a name in its pickle does not end');
    const name = this.latin1(end - this.position);
    this.position = end + 1;
    return name;
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.#bytes.subarray(from, from + length);
  }

  #skip(length: number): number {
    const from = this.position;
    if (length > this.#bytes.length - from) throw invalid('it ends too early');
    this.position += length;
    return from;
  }
}
