// Where the encoded bytes of one image lie, and how they are fetched: all that a worker needs to know of a data set.
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { InsightFaceError } from 'insightface-ts';
import { unpackRecord } from './record-io/record.js';

/** A stretch of a file that holds one image. */
export interface ImageLocation {
  readonly path: string;
  readonly offset: number;
  /** Bytes; `undefined` is all from the offset on. */
  readonly length?: number;
  /** CRC-32 of the bytes, where the data set states it. */
  readonly crc32?: number;
  /** The bytes are a RecordIO record of this label. */
  readonly recordLabel?: number;
}

/** Reads stretches of files; keeps the files open. */
export class LocationReader {
  readonly #files = new Map<string, Promise<FileHandle>>();

  /**
   * The encoded image.
   * @throws InsightFaceError `FILE_NOT_FOUND`; `DATASET_INVALID` when the file is cut short or damaged.
   */
  async read(location: ImageLocation): Promise<Uint8Array> {
    const { path, offset, length, recordLabel } = location;
    const bytes = await (length === undefined ? readWhole(path) : this.#readPart(path, offset, length));
    if (location.crc32 !== undefined && crc32(bytes) !== location.crc32)
      throw invalid(location, 'its checksum is wrong: the file is damaged. Prepare the data set again.');
    if (recordLabel === undefined) return bytes;
    const { label, content } = unpackRecord(bytes, `${path} at byte ${offset}`);
    if (label !== recordLabel)
      throw invalid(location, `its label is ${label}, and the index of identities says ${recordLabel}.`);
    return content;
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of await Promise.allSettled(files))
      if (file.status === 'fulfilled') await file.value.close();
  }

  async #readPart(path: string, offset: number, length: number): Promise<Uint8Array> {
    let file = this.#files.get(path);
    if (!file) {
      file = open(path, 'r');
      this.#files.set(path, file);
    }
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.then(
      handle => handle.read(bytes, 0, length, offset),
      cause => {
        this.#files.delete(path);
        throw unreadable(path, cause);
      },
    );
    if (bytesRead < length)
      throw invalid({ path, offset }, `${length} bytes belong there, and the file ends after ${bytesRead}.`);
    return bytes;
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function unreadable(path: string, cause: unknown): InsightFaceError {
  return new InsightFaceError('FILE_NOT_FOUND', `${path} cannot be read. Is it still there?`, { cause });
}

function invalid({ path, offset }: Pick<ImageLocation, 'path' | 'offset'>, why: string): InsightFaceError {
  return new InsightFaceError('DATASET_INVALID', `${path}, image at byte ${offset}: ${why}`);
}
