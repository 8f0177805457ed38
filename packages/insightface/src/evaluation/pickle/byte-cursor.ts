// Reads the bytes of a pickle in order, and never past their end.
import { invalid, latin1 } from './values.js';

export class ByteCursor {
  readonly #view: DataView;
  #at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#at;
  }

  /** A signed integer of four bytes, the low one first. */
  i32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  /** A number of eight bytes, the high one first. */
  f64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  /** One byte. */
  u8(): number {
    return this.bytes[this.skip(1)]!;
  }

  /** Four bytes, the low one first. */
  u32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A length in eight bytes, which the file must be able to hold. */
  length8(): number {
    const length = Number(this.#view.getBigUint64(this.skip(8), true));
    if (length > this.bytes.length) throw invalid('it ends too early');
    return length;
  }

  /** A little-endian integer of at most six bytes, which a number holds exactly. */
  long(size: number): number {
    if (size > 6) throw invalid('it holds a huge integer');
    let value = 0;
    const digits = this.take(size);
    for (let i = size - 1; i >= 0; i--) value = value * 256 + digits[i]!;
    return size > 0 && digits[size - 1]! >= 128 ? value - 256 ** size : value;
  }

  /** UTF-8. */
  text(length: number): string {
    return new TextDecoder().decode(this.take(length));
  }

  /** A name up to the end of its line. */
  line(): string {
    const end = this.bytes.indexOf(10, this.#at);
    if (end < 0 || end - this.#at > 200) throw invalid('a name in it does not end');
    const name = latin1(this.take(end - this.#at));
    this.#at = end + 1;
    return name;
  }

  /** A view of the next bytes. */
  take(length: number): Uint8Array {
    const from = this.skip(length);
    return this.bytes.subarray(from, from + length);
  }

  private skip(length: number): number {
    const from = this.#at;
    if (length > this.bytes.length - from) throw invalid('it ends too early');
    this.#at += length;
    return from;
  }
}
