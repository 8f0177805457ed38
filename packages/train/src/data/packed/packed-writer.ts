// Writes a packed data set into a new folder, which the caller puts in its place when all of it is there.
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Size } from 'insightface-ts';
import { writing } from '../writing.js';
import {
  droppedFile,
  indexColumns,
  indexFile,
  manifestFile,
  type PackedManifest,
  peopleFile,
  type StoredFile,
  shardFile,
  sourcesFile,
} from './format.js';

/** Settings of a {@link PackedWriter}. */
export interface PackedWriterOptions {
  readonly imageSize: Size;
  /** A shard is closed when it has this many bytes. At most 1 GiB. */
  readonly shardBytes: number;
}

/** What is known when all images are written. */
export interface PackedSummary {
  readonly people: readonly string[];
  readonly dropped: readonly object[];
  readonly madeWith: PackedManifest['madeWith'];
}

/** Writes images one by one. */
export class PackedWriter {
  readonly #folder: string;
  readonly #options: PackedWriterOptions;
  readonly #shards: StoredFile[] = [];
  readonly #rows: (readonly [label: number, shard: number, offset: number, length: number, crc: number])[] =
    [];
  readonly #sources: string[] = [];
  #open: { file: FileHandle; path: string; hash: Hash; bytes: number } | undefined;

  private constructor(folder: string, options: PackedWriterOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** @throws InsightFaceError `WRITE_FAILED`. */
  static async create(folder: string, options: PackedWriterOptions): Promise<PackedWriter> {
    await writing(folder, () => mkdir(folder, { recursive: true }));
    return new PackedWriter(folder, options);
  }

  /** Appends an encoded image. @throws InsightFaceError `WRITE_FAILED`. */
  async add(bytes: Uint8Array, label: number, source: string): Promise<void> {
    if (this.#open && this.#open.bytes + bytes.length > this.#options.shardBytes) await this.#closeShard();
    this.#open ??= await this.#openShard();
    const { file, path, hash } = this.#open;
    await writing(path, () => file.appendFile(bytes));
    this.#rows.push([label, this.#shards.length, this.#open.bytes, bytes.length, crc32(bytes)]);
    this.#sources.push(JSON.stringify(source));
    hash.update(bytes);
    this.#open.bytes += bytes.length;
  }

  /** Writes the index and the manifest. @throws InsightFaceError `WRITE_FAILED`. */
  async finish({ people, dropped, madeWith }: PackedSummary): Promise<PackedManifest> {
    await this.#closeShard();
    const lines = (items: readonly string[]) => items.map(item => `${item}\n`).join('');
    const manifest: PackedManifest = {
      format: 'insightface-ts faces',
      version: 1,
      images: this.#rows.length,
      classes: people.length,
      imageSize: this.#options.imageSize,
      shards: this.#shards,
      index: await this.#store(indexFile, this.#index()),
      people: await this.#store(peopleFile, Buffer.from(`${JSON.stringify(people, null, 1)}\n`)),
      sources: await this.#store(sourcesFile, Buffer.from(lines(this.#sources))),
      dropped: await this.#store(
        droppedFile,
        Buffer.from(lines(dropped.map(entry => JSON.stringify(entry)))),
      ),
      madeWith,
    };
    await this.#store(manifestFile, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    return manifest;
  }

  /** Closes what is open; for use after an error. */
  async abandon(): Promise<void> {
    await this.#open?.file.close();
    this.#open = undefined;
  }

  async #openShard() {
    const path = join(this.#folder, shardFile(this.#shards.length));
    return { file: await writing(path, () => open(path, 'w')), path, hash: createHash('sha256'), bytes: 0 };
  }

  async #closeShard(): Promise<void> {
    if (!this.#open) return;
    const { file, path, hash, bytes } = this.#open;
    await writing(path, async () => {
      await file.sync();
      await file.close();
    });
    this.#open = undefined;
    this.#shards.push({ file: shardFile(this.#shards.length), bytes, sha256: hash.digest('hex') });
  }

  #index(): Buffer {
    const bytes = Buffer.alloc(this.#rows.length * indexColumns * 4);
    for (const [i, row] of this.#rows.entries())
      for (let column = 0; column < indexColumns; column++)
        bytes.writeUInt32LE(row[column]!, (column * this.#rows.length + i) * 4);
    return bytes;
  }

  async #store(name: string, bytes: Buffer): Promise<StoredFile> {
    const path = join(this.#folder, name);
    await writing(path, async () => {
      const file = await open(path, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    });
    return { file: name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
}
