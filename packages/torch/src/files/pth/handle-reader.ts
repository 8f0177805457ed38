import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';
import { readRange } from '../read-range.js';

/** Reads for yauzl, whose own reader throws where nobody catches when an archive names a place above 2^53. */
export class HandleReader extends RandomAccessReader {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    super();
    this.#handle = handle;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(oneChunk(this.#handle, start, end));
  }
}

/** Yauzl asks for the directory and for headers only. */
async function* oneChunk(handle: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  yield Buffer.from((await readRange(handle, start, end - start)).buffer);
}
