// TensorBoard event files: TFRecord frames (length, masked CRC32C, payload, masked CRC32C) of `Event` messages with
// scalar summaries. https://www.tensorflow.org/tutorials/load_data/tfrecord, tensorflow/core/util/event.proto
import { appendFileSync, mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C (Castagnoli, reflected 0x1EDC6F41) of the bytes. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Appends scalars to `FOLDER/events.out.tfevents.SECONDS.HOST`, one file for each run or resumption. */
export class EventWriter {
  readonly file: string;

  constructor(folder: string, seconds: number = Date.now() / 1000) {
    mkdirSync(folder, { recursive: true });
    const stamp = Math.floor(seconds).toString().padStart(10, '0');
    this.file = join(folder, `events.out.tfevents.${stamp}.${hostname()}.${process.pid}`);
    // Readers look for the version in the first event of a file.
    this.#append(seconds, [...lengthDelimited(3, Buffer.from('brain.Event:2'))]);
  }

  /** Values by tag, such as `loss`, at a step. */
  scalars(step: number, values: Readonly<Record<string, number>>, seconds: number = Date.now() / 1000): void {
    const summary = Object.entries(values).flatMap(([tag, value]) => [
      ...lengthDelimited(1, [...lengthDelimited(1, Buffer.from(tag)), ...float32(2, value)]),
    ]);
    this.#append(seconds, [0x10, ...varint(step), ...lengthDelimited(5, summary)]);
  }

  #append(seconds: number, fields: readonly number[]): void {
    appendFileSync(this.file, frame(Uint8Array.from([...float64(1, seconds), ...fields])));
  }
}

function frame(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(payload, 12);
  view.setUint32(12 + payload.length, masked(payload), true);
  return bytes;
}

/** TFRecord rotates the checksum and adds a constant, so that a checksum of checksums keeps its strength. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function lengthDelimited(field: number, bytes: ArrayLike<number>): number[] {
  return [(field << 3) | 2, ...varint(bytes.length), ...Array.from(bytes)];
}

function float32(field: number, value: number): number[] {
  return [(field << 3) | 5, ...new Uint8Array(Float32Array.of(value).buffer)];
}

function float64(field: number, value: number): number[] {
  return [(field << 3) | 1, ...new Uint8Array(Float64Array.of(value).buffer)];
}
