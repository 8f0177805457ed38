// One averaged template for each group, made of the rows of another index: the normalised mean.
import { setImmediate as breathe } from 'node:timers/promises';
import { removedGroup } from './layout.js';
import { ScanIndex, type ScanIndexOptions } from './scan-index.js';
import type { VectorHit, VectorQuery } from './vector-index.js';
import type { VectorTable } from './vector-table.js';

/** Groups that are averaged before other work has its turn. */
const atOnce = 1024;

export class AverageIndex {
  readonly #table: VectorTable;
  readonly #averages: ScanIndex;
  /** Of each group, the key of its average; of each average, the key of the row nearest to it. */
  readonly #keys = new Map<number, number>();
  readonly #nearest = new Map<number, number>();
  #lastKey = 0;

  constructor(table: VectorTable, options: ScanIndexOptions) {
    this.#table = table;
    this.#averages = new ScanIndex(table.layout.dimension, options);
  }

  /** Averages some groups anew, or all. */
  async update(groups?: ReadonlySet<number>): Promise<void> {
    for (const group of groups ?? []) this.#forget(group);
    const rows = this.#rowsByGroup(groups);
    let done = 0;
    for (let first = 0; first < rows.length; ) {
      const group = this.#table.group(rows[first]!);
      let last = first;
      while (last < rows.length && this.#table.group(rows[last]!) === group) last++;
      this.#average(group, rows.subarray(first, last));
      first = last;
      if (++done % atOnce === 0) await breathe();
    }
    if (this.#averages.sparse) this.#averages.table.compact();
  }

  async searchMany(queries: readonly Float32Array[], options: VectorQuery): Promise<VectorHit[][]> {
    const found = await this.#averages.searchMany(queries, options);
    return found.map(hits => hits.map(hit => ({ ...hit, key: this.#nearest.get(hit.key) ?? hit.key })));
  }

  close(): Promise<void> {
    return this.#averages.close();
  }

  #forget(group: number): void {
    const key = this.#keys.get(group);
    if (key === undefined) return;
    this.#averages.remove(key);
    this.#keys.delete(group);
    this.#nearest.delete(key);
  }

  /** Rows in the order of their groups. */
  #rowsByGroup(groups: ReadonlySet<number> | undefined): Uint32Array {
    const table = this.#table;
    const rows: number[] = [];
    for (let row = 0; row < table.rows; row++) {
      const group = table.group(row);
      if (group !== removedGroup && (!groups || groups.has(group))) rows.push(row);
    }
    return Uint32Array.from(rows).sort((a, b) => table.group(a) - table.group(b) || a - b);
  }

  #average(group: number, rows: Uint32Array): void {
    const vectors = Array.from(rows, row => this.#table.vector(row));
    const sum = new Float32Array(this.#table.layout.dimension);
    for (const vector of vectors)
      for (let index = 0; index < sum.length; index++) sum[index]! += vector[index]!;
    let length = 0;
    for (const value of sum) length += value * value;
    length = Math.sqrt(length);
    // Opposite vectors have no average; the first one stands for them.
    const average = length > 0 ? sum.map(value => value / length) : vectors[0]!;
    let nearest = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (const [index, vector] of vectors.entries()) {
      let similarity = 0;
      for (let at = 0; at < average.length; at++) similarity += vector[at]! * average[at]!;
      if (similarity > highest) [nearest, highest] = [index, similarity];
    }
    const key = ++this.#lastKey;
    this.#averages.add(key, group, average);
    this.#keys.set(group, key);
    this.#nearest.set(key, this.#table.key(rows[nearest]!));
  }
}
