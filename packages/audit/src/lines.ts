// Lines of a file, many at a time and never more than a chunk in memory.
import { type FileHandle, open } from 'node:fs/promises';

const chunk = 256 * 1024;
/** A record takes far less; a longer line is no record, and must not fill the memory. */
const longestLine = 1024 * 1024;
const newline = 0x0a;

/** One line without its end. `ended` is false for a last line that the file breaks off in. */
export interface Line {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly ended: boolean;
}

/** Lines from `start`, which must be the start of one, to `end` (default: the end of the file). */
export async function* readLines(
  file: string,
  { start = 0, end = Number.POSITIVE_INFINITY } = {},
): AsyncGenerator<Line[]> {
  const handle = await open(file, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = start;
    for (let at = start; at < end; ) {
      const bytes = await readSome(handle, at, Math.min(chunk, end - at));
      if (bytes.length === 0) break;
      at += bytes.length;
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const lines = wholeLines(all, offset);
      const used = lines.reduce((sum, line) => sum + line.bytes.length + 1, 0);
      rest = all.subarray(used);
      offset += used;
      if (lines.length > 0) yield lines;
      if (rest.length > longestLine) break;
    }
    if (rest.length > 0) yield [{ bytes: rest, offset, ended: false }];
  } finally {
    await handle.close();
  }
}

/** Whole lines from the one that ends at `end` back to the one that begins at `start`, last first. */
export async function* readLinesBackwards(file: string, start: number, end: number): AsyncGenerator<Line[]> {
  const handle = await open(file, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let at = end; at > start; ) {
      const from = Math.max(start, at - chunk);
      const all = Buffer.concat([await readSome(handle, from, at - from), rest]);
      at = from;
      // What stands before the first line end may have begun earlier.
      const first = from === start ? 0 : all.indexOf(newline) + 1;
      if (first === 0 && from !== start) {
        rest = all;
        if (rest.length > longestLine) return;
        continue;
      }
      rest = all.subarray(0, first);
      const lines = wholeLines(all.subarray(first), from + first);
      if (lines.length > 0) yield lines.reverse();
    }
  } finally {
    await handle.close();
  }
}

/**
 * The offset of a line at or shortly before the first one for which `isBefore` is false, found by halving; lines must be
 * in order.
 */
export async function findOffset(
  file: string,
  end: number,
  isBefore: (line: Buffer) => boolean,
): Promise<number> {
  const handle = await open(file, 'r');
  try {
    let low = 0;
    let high = end;
    while (high - low > chunk) {
      const middle = Math.floor((low + high) / 2);
      const bytes = await readSome(handle, middle, Math.min(chunk / 4, high - middle));
      const start = bytes.indexOf(newline) + 1;
      const stop = bytes.indexOf(newline, start);
      if (start === 0 || stop < 0 || !isBefore(bytes.subarray(start, stop))) high = middle;
      else low = middle + start;
    }
    return low;
  } finally {
    await handle.close();
  }
}

function wholeLines(bytes: Buffer, offset: number): Line[] {
  const lines: Line[] = [];
  for (let start = 0; ; ) {
    const stop = bytes.indexOf(newline, start);
    if (stop < 0) return lines;
    lines.push({ bytes: bytes.subarray(start, stop), offset: offset + start, ended: true });
    start = stop + 1;
  }
}

async function readSome(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
