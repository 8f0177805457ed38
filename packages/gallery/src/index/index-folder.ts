// An index on disk: segment files that never change, and a manifest that is replaced whole by renaming. Killed at any
// moment, the folder holds the old state or the new one; files that no manifest names are left behind and deleted later.
// It is a cache: what is missing or damaged is read from the store.
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readSegment, type Segment, writeSegment } from './segment-file.js';
import type { VectorTable } from './vector-table.js';

interface Manifest {
  readonly format: 'insightface-index';
  readonly version: 1;
  readonly dimension: number;
  readonly scale: number;
  /** Removals that the oldest segment knows of: later ones are to be done again. */
  readonly removals: number;
  readonly segments: readonly Segment[];
}

/** What {@link IndexFolder.load} found. */
export interface LoadedIndex {
  readonly removals: number;
  /** Of each segment that was whole, the last row. */
  readonly lastRows: readonly number[];
}

const manifestFile = 'manifest.json';
/** Segments that are kept apart before all are written anew as one. */
const mostSegments = 16;
/** A file that no manifest names may be another process's work; after an hour it is nobody's. */
const abandoned = 3_600_000;

export class IndexFolder {
  readonly #folder: string;
  #segments: readonly Segment[] = [];
  #removals = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Fills an empty table. `rebuild` adds the templates with numbers above `after` up to `last`, whose segment is
   * damaged. Returns `undefined` when there is nothing that fits the table.
   */
  async load(
    table: VectorTable,
    rebuild: (after: number, last: number) => Promise<void>,
  ): Promise<LoadedIndex | undefined> {
    const manifest = await this.#manifest();
    const { dimension, scale } = table.layout;
    if (manifest?.dimension !== dimension || manifest.scale !== scale) return undefined;
    const lastRows: number[] = [];
    const whole: Segment[] = [];
    for (const [index, segment] of manifest.segments.entries()) {
      if (await readSegment(join(this.#folder, segment.file), segment, table)) {
        whole.push(segment);
        if (segment.rows > 0) lastRows.push(table.rows - 1);
      } else await rebuild(manifest.segments[index - 1]?.lastKey ?? 0, segment.lastKey);
    }
    // With one segment damaged the next save writes all of them anew.
    this.#segments = whole.length === manifest.segments.length ? whole : [];
    this.#removals = manifest.removals;
    return { removals: manifest.removals, lastRows };
  }

  /** Whether the folder holds nothing of use, or too many pieces: then the next save is of all rows. */
  get stale(): boolean {
    return this.#segments.length === 0 || this.#segments.length >= mostSegments;
  }

  /** Adds the rows from `from` on to what is saved; from 0 on they replace it. Nobody may compact the table meanwhile. */
  async save(table: VectorTable, from: number, removals: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const { rows: to, lastKey } = table;
    const file = `${randomUUID()}.segment`;
    const path = join(this.#folder, file);
    const { rows, checksum } = await writeSegment(path, table, from, to).catch(async error => {
      await rm(path, { force: true });
      throw error;
    });
    const added = { file, rows, lastKey, checksum };
    const segments = from === 0 ? [added] : [...this.#segments, added];
    const since = from === 0 ? removals : this.#removals;
    const { dimension, scale } = table.layout;
    await this.#replace({
      format: 'insightface-index',
      version: 1,
      dimension,
      scale,
      removals: since,
      segments,
    });
    const old = this.#segments.filter(segment => !segments.includes(segment));
    this.#segments = segments;
    this.#removals = since;
    for (const segment of old) await rm(join(this.#folder, segment.file), { force: true });
    await this.#sweep();
  }

  /** Forgets what is saved, so that the next save writes all. */
  discard(): void {
    this.#segments = [];
  }

  async #manifest(): Promise<Manifest | undefined> {
    try {
      const text = await readFile(join(this.#folder, manifestFile), 'utf8');
      const end = text.indexOf('\n');
      if (crc32(text.slice(end + 1)) !== Number(text.slice(0, end))) return undefined;
      const manifest = JSON.parse(text.slice(end + 1)) as Manifest;
      return manifest.format === 'insightface-index' && manifest.version === 1 ? manifest : undefined;
    } catch {
      return undefined;
    }
  }

  /** The first line is the CRC-32 of the rest, which is JSON. */
  async #replace(manifest: Manifest): Promise<void> {
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
    const temporary = join(this.#folder, `${randomUUID()}.manifest`);
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(`${crc32(text)}\n${text}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(this.#folder, manifestFile));
    if (process.platform === 'win32') return;
    const folder = await open(this.#folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #sweep(): Promise<void> {
    const named = new Set(this.#segments.map(({ file }) => file)).add(manifestFile);
    for (const file of await readdir(this.#folder)) {
      if (named.has(file) || !/\.(segment|manifest)$/.test(file)) continue;
      const path = join(this.#folder, file);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > abandoned) await rm(path, { force: true });
    }
  }
}
