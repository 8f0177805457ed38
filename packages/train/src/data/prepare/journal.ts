// What a run has done so far, kept beside the data set to be, so that a run that was stopped goes on where it was:
//   settings.json    what decides how crops come out
//   crops.bin        for each crop: the encoded image, the thumbnail, the embedding as 32-bit floats
//   journal.jsonl    a line for each photo, written after its crop
// Nothing is flushed on the way: a crop's CRC-32 tells, when a run goes on, whether it reached the disk before its line.
import { createReadStream } from 'node:fs';
import {
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { InsightFaceError } from 'insightface-ts';
import { writing } from '../writing.js';
import type { Crop, Rejection } from './extract.js';
import { thumbnailSide } from './near-copies.js';

/** A crop as the journal knows it; its bytes are in `crops.bin`. */
export interface StoredCrop {
  readonly source: string;
  readonly sha256: string;
  readonly faces: number;
  readonly offset: number;
  readonly imageBytes: number;
  /** Numbers of its embedding; 0 without a recogniser. */
  readonly dimension: number;
  /** Of the image, the thumbnail and the embedding together. */
  readonly crc32: number;
}

type Line = (StoredCrop | Rejection) & { readonly bytes: number; readonly modified: number };

const thumbnailBytes = thumbnailSide ** 2;

/** An open journal. */
export class Journal {
  readonly #folder: string;
  readonly #source: string;
  readonly #crops: FileHandle;
  readonly #lines: FileHandle;
  readonly #entries = new Map<string, StoredCrop | Rejection>();
  #end = 0;
  /** Workers finish at any time; what they found is written one after the other. */
  #turn: Promise<void> = Promise.resolve();

  private constructor(folder: string, source: string, crops: FileHandle, lines: FileHandle) {
    this.#folder = folder;
    this.#source = source;
    this.#crops = crops;
    this.#lines = lines;
  }

  /**
   * Opens the folder's journal if it was made with the same settings, or begins a new one.
   * @param settings all that decides how crops come out.
   * @param onRestart told when work that was done with other settings is thrown away.
   * @throws InsightFaceError `WRITE_FAILED`; `INVALID_ARGUMENT` when the folder holds something else.
   */
  static async open(
    folder: string,
    settings: { readonly source: string; readonly [name: string]: unknown },
    onRestart?: () => void,
  ): Promise<Journal> {
    const wanted = `${JSON.stringify(settings, null, 2)}\n`;
    return writing(folder, async () => {
      const had = await readFile(join(folder, 'settings.json'), 'utf8').catch(() => undefined);
      if (had === undefined) await refuseForeign(folder);
      else if (had !== wanted) {
        onRestart?.();
        await rm(folder, { recursive: true });
      }
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'settings.json'), wanted);
      const lines = await open(join(folder, 'journal.jsonl'), 'a+');
      const crops = await open(join(folder, 'crops.bin'), constants.O_RDWR | constants.O_CREAT);
      const journal = new Journal(folder, settings.source, crops, lines);
      await journal.#restore();
      return journal;
    });
  }

  /** What is known of each photo. */
  get entries(): ReadonlyMap<string, StoredCrop | Rejection> {
    return this.#entries;
  }

  /** Adds what was found out about photos. @throws InsightFaceError `WRITE_FAILED`. */
  add(results: readonly (Crop | Rejection)[]): Promise<void> {
    const turn = this.#turn.then(() =>
      writing(this.#folder, async () => {
        for (const result of results)
          await this.#write('image' in result ? await this.#store(result) : result);
      }),
    );
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** The encoded image of a crop. */
  image({ offset, imageBytes }: StoredCrop): Promise<Uint8Array> {
    return this.#read(offset, imageBytes);
  }

  /** The 32x32 grey thumbnail of a crop. */
  thumbnail({ offset, imageBytes }: StoredCrop): Promise<Uint8Array> {
    return this.#read(offset + imageBytes, thumbnailBytes);
  }

  /** The embedding of a crop. */
  async embedding({ offset, imageBytes, dimension }: StoredCrop): Promise<Float32Array> {
    const bytes = await this.#read(offset + imageBytes + thumbnailBytes, dimension * 4);
    return new Float32Array(bytes.buffer, 0, dimension);
  }

  async close(): Promise<void> {
    await this.#turn;
    await Promise.all([this.#crops.close(), this.#lines.close()]);
  }

  /** Photos that have changed since, and what did not reach the disk whole, are forgotten. */
  async #restore(): Promise<void> {
    let whole = 0;
    for await (const text of linesOf(join(this.#folder, 'journal.jsonl'))) {
      const line = parseLine(text);
      if (!line) break;
      whole += text.length + 1;
      const { bytes, modified, ...entry } = line;
      if ('offset' in entry) {
        if (!(await this.#isWhole(entry))) continue;
        this.#end = Math.max(this.#end, endOf(entry));
      }
      const info = await stat(join(this.#source, entry.source)).catch(() => undefined);
      if (info && info.size === bytes && info.mtimeMs === modified) this.#entries.set(entry.source, entry);
    }
    await this.#lines.truncate(whole);
  }

  async #isWhole(crop: StoredCrop): Promise<boolean> {
    const { size } = await this.#crops.stat();
    if (endOf(crop) > size) return false;
    return crc32(await this.#read(crop.offset, endOf(crop) - crop.offset)) === crop.crc32;
  }

  async #store({ image, thumbnail, embedding, source, sha256, faces }: Crop): Promise<StoredCrop> {
    const floats = embedding ?? new Float32Array(0);
    const bytes = Buffer.concat([
      image,
      thumbnail,
      new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength),
    ]);
    const stored = {
      source,
      sha256,
      faces,
      offset: this.#end,
      imageBytes: image.length,
      dimension: floats.length,
      crc32: crc32(bytes),
    };
    for (let done = 0; done < bytes.length; )
      done += (await this.#crops.write(bytes, done, bytes.length - done, this.#end + done)).bytesWritten;
    this.#end += bytes.length;
    return stored;
  }

  async #write(entry: StoredCrop | Rejection): Promise<void> {
    const info = await stat(join(this.#source, entry.source)).catch(() => undefined);
    const line: Line = { ...entry, bytes: info?.size ?? -1, modified: info?.mtimeMs ?? -1 };
    await this.#lines.appendFile(`${JSON.stringify(line)}\n`);
    this.#entries.set(entry.source, entry);
  }

  async #read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    const { bytesRead } = await this.#crops.read(bytes, 0, length, offset);
    if (bytesRead < length)
      throw new InsightFaceError(
        'DATASET_INVALID',
        `${this.#folder}/crops.bin ended early: something else changed it. The same call does that part again.`,
      );
    return bytes;
  }
}

/** A folder that is no journal's is somebody's: nothing in it is removed. */
async function refuseForeign(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `${folder} is needed for unfinished work, and holds something else. Move it away, or choose another --out.`,
  );
}

function endOf({ offset, imageBytes, dimension }: StoredCrop): number {
  return offset + imageBytes + thumbnailBytes + dimension * 4;
}

/** Lines that end, without their ends. A journal can be larger than a string may be. */
async function* linesOf(file: string): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}

/** `undefined` for what a power cut left of a line. */
function parseLine(text: Buffer): Line | undefined {
  try {
    return JSON.parse(text.toString('utf8')) as Line;
  } catch {
    return undefined;
  }
}
