// Where the encoded bytes of one image lie, and how they are fetched: all that a worker needs to know of a data set.
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { InsightFaceError } from 'insightface-ts';
import { unpackRecord } from './record-io/record.js';
import { reasonOf } from './writing.js';

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

/** Files kept open. A process may often have no more than 1,024, and a data set of 300 GB has 5,000 shards. */
const mostOpen = 64;

/** Reads stretches of files; keeps those open that were used last. */
export class LocationReader {
  /** The one used last is the last. */
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
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#open(path)
      .then(handle => handle.read(bytes, 0, length, offset))
      .catch(cause => {
        throw unreadable(path, cause);
      });
    if (bytesRead < length)
      throw invalid({ path, offset }, `${length} bytes belong there, and the file ends after ${bytesRead}.`);
    return bytes;
  }

  #open(path: string): Promise<FileHandle> {
    const file = this.#files.get(path) ?? open(path, 'r');
    this.#files.delete(path);
    this.#files.set(path, file);
    file.catch(() => this.#files.get(path) === file && this.#files.delete(path));
    if (this.#files.size > mostOpen) this.#closeOldest();
    return file;
  }

  /** Closing waits for the reads that have begun. */
  #closeOldest(): void {
    const [[path, file] = []] = this.#files;
    if (path === undefined || !file) return;
    this.#files.delete(path);
    file.then(handle => handle.close()).catch(() => undefined);
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): InsightFaceError {
  return new InsightFaceError(
    'FILE_NOT_FOUND',
    `${path} cannot be read (${reasonOf(cause)}). Is it still there?`,
    { cause },
  );
}

function invalid({ path, offset }: Pick<ImageLocation, 'path' | 'offset'>, why: string): InsightFaceError {
  return new InsightFaceError('DATASET_INVALID', `${path}, image at byte ${offset}: ${why}`);
}
