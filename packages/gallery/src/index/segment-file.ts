// A run of an index's rows on disk, written once. Chunks of up to 4096 rows, each: count (32 bits), keys and groups (32
// bits each), rows of 8-bit numbers. The manifest holds the CRC-32 of the whole file.
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { blockRows } from './layout.js';
import type { RowBatch, VectorTable } from './vector-table.js';

export interface Segment {
  readonly file: string;
  readonly rows: number;
  /** Keys of its rows are at most this, and greater than those of the segment before. */
  readonly lastKey: number;
  readonly checksum: number;
}

/** Writes rows `from` to `to` of a table, without removed ones, and waits until they are on the disk. */
export async function writeSegment(path: string, table: VectorTable, from: number, to: number) {
  const handle = await open(path, 'wx');
  try {
    let rows = 0;
    let checksum = 0;
    for (let row = from; row < to; row += blockRows) {
      const { keys, groups, numbers } = table.read(row, Math.min(to, row + blockRows));
      if (keys.length === 0) continue;
      const head = Uint32Array.of(keys.length, ...keys, ...groups);
      for (const bytes of [new Uint8Array(head.buffer), numbers]) {
        checksum = crc32(bytes, checksum);
        await handle.writeFile(bytes);
      }
      rows += keys.length;
    }
    await handle.sync();
    return { rows, checksum };
  } finally {
    await handle.close();
  }
}

/** Adds the rows of a segment to a table; false, and nothing is added, when the file is not as it was written. */
export async function readSegment(
  path: string,
  { rows, checksum }: Segment,
  table: VectorTable,
): Promise<boolean> {
  const before = table.rows;
  try {
    const handle = await open(path);
    try {
      let sum = 0;
      const read = async (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length; ) {
          const { bytesRead } = await handle.read(bytes, at);
          if (bytesRead === 0) throw new Error('The file ends too soon.');
          at += bytesRead;
        }
        sum = crc32(bytes, sum);
      };
      for (let left = rows; left > 0; ) {
        const batch = await readChunk(read, Math.min(left, blockRows), table.layout.rowBytes);
        table.append(batch);
        left -= batch.keys.length;
      }
      if (sum === checksum) return true;
    } finally {
      await handle.close();
    }
  } catch {
    // Whatever is wrong with a file of this cache, its rows are in the store.
  }
  table.truncate(before);
  return false;
}

async function readChunk(
  read: (bytes: Uint8Array) => Promise<void>,
  most: number,
  rowBytes: number,
): Promise<RowBatch> {
  const count = new Uint32Array(1);
  await read(new Uint8Array(count.buffer));
  const rows = count[0]!;
  if (rows === 0 || rows > most) throw new Error('The file holds more rows than it should.');
  const head = new Uint32Array(2 * rows);
  await read(new Uint8Array(head.buffer));
  const numbers = new Uint8Array(rows * rowBytes);
  await read(numbers);
  return { keys: head.subarray(0, rows), groups: head.subarray(rows), numbers };
}
