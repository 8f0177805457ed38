// The index: one table, scanned whole by 8-bit numbers or floats while it is small enough; beyond that a first pass
// over sign codes (one bit a number) leaves the rows that are compared. Rows are divided among worker threads.
import { InsightFaceError } from 'insightface-ts';
import { BestGroups } from './best-groups.js';
import { mostCandidates, type Precision, whereBytes } from './layout.js';
import { type ScanPool, sharedScanPool } from './scan-pool.js';
import { type ScanRequest, TableScanner } from './table-scanner.js';
import type { VectorHit, VectorIndex, VectorQuery } from './vector-index.js';
import { type RowBatch, VectorTable } from './vector-table.js';

export interface ScanIndexOptions {
  /** What rows are kept as: a byte (default) or four for each number. */
  readonly precision?: Precision;
  /** Worker threads; 0 scans on the calling thread. */
  readonly workers: number;
  /** Rows up to which every one is compared; more have a first pass by sign codes. Default 50,000. */
  readonly exactUpTo?: number;
}

/** Rows up to which the calling thread scans by itself: less than a millisecond. */
const alone = 20_000;
/** Part of the rows that are removed when gaps are closed. */
const sparse = 0.25;
const leastRemoved = 1024;

export class ScanIndex implements VectorIndex {
  readonly dimension: number;
  readonly table: VectorTable;
  readonly #workers: number;
  readonly #exactUpTo: number;
  readonly #own: TableScanner;
  #pool: ScanPool | undefined;
  #running = 0;
  #closed = false;

  constructor(dimension: number, { precision = 'int8', workers, exactUpTo = 50_000 }: ScanIndexOptions) {
    this.dimension = dimension;
    this.table = new VectorTable(dimension, precision, workers + 1);
    this.#workers = workers;
    this.#exactUpTo = precision === 'float' ? Number.POSITIVE_INFINITY : exactUpTo;
    this.#own = new TableScanner(this.table.memory, this.table.layout, workers);
  }

  get size(): number {
    return this.table.rows - this.table.removed;
  }

  /** Whether gaps should be closed, and nobody is in the way. */
  get sparse(): boolean {
    const { rows, removed } = this.table;
    return this.#running === 0 && removed >= leastRemoved && removed >= rows * sparse;
  }

  add(key: number, group: number, vector: Float32Array): void {
    this.table.add(key, group, vector);
  }

  append(batch: RowBatch): void {
    this.table.append(batch);
  }

  remove(key: number): void {
    this.table.remove(key);
  }

  async search(query: Float32Array, options: VectorQuery): Promise<VectorHit[]> {
    const [hits = []] = await this.searchMany([query], options);
    return hits;
  }

  async searchMany(queries: readonly Float32Array[], options: VectorQuery): Promise<VectorHit[][]> {
    if (this.#closed) throw new InsightFaceError('DISPOSED', 'This index was closed.');
    const { limit, threshold, where } = options;
    if (where && where.length > whereBytes)
      throw new InsightFaceError('INVALID_ARGUMENT', `A bitmap has at most ${whereBytes} bytes.`);
    const to = this.table.rows;
    const request = {
      queries,
      from: 0,
      to,
      limit,
      threshold,
      candidates: this.#candidates(limit),
      ...(where && { where }),
    };
    if (this.#workers === 0 || to * queries.length <= alone) return this.#own.search(request);
    this.#running++;
    try {
      return merge(await this.#divide(request), queries.length, options);
    } finally {
      this.#running--;
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#pool?.detach(this.table);
    await this.#pool?.release();
  }

  /** Each thread's hits for each query. */
  #divide(request: ScanRequest): Promise<VectorHit[][][]> {
    this.#pool ??= sharedScanPool(this.#workers);
    const pool = this.#pool;
    return Promise.all(
      Array.from({ length: this.#workers }, (_, thread) =>
        pool.search(this.table, thread, {
          ...request,
          from: Math.floor((request.to * thread) / this.#workers),
          to: Math.floor((request.to * (thread + 1)) / this.#workers),
        }),
      ),
    );
  }

  /** Rows that a first pass leaves: the more there are, the more strangers come as near as a friend in a bad light. */
  #candidates(limit: number): number {
    const { rows } = this.table;
    const wanted = Math.min(mostCandidates, Math.max(1024, Math.ceil(rows / 1024)));
    return rows <= this.#exactUpTo || 8 * limit > wanted ? 0 : wanted;
  }
}

/** Hits of parts of the rows, in the order of the rows, as those of all rows. */
function merge(parts: VectorHit[][][], queries: number, options: VectorQuery): VectorHit[][] {
  return Array.from({ length: queries }, (_, query) => {
    const best = new BestGroups(options);
    for (const part of parts) for (const hit of part[query] ?? []) best.offer(hit);
    return best.hits;
  });
}
