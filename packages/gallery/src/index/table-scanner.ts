// Searches a range of the rows of a table. Runs on any thread: the main one or a worker's.
import { BestGroups } from './best-groups.js';
import { createKernel, type Kernel, type KernelMemory } from './kernel.js';
import {
  blockRows,
  blockShift,
  hitRoom,
  type Layout,
  laneRoom,
  lanes,
  regionOf,
  removedGroup,
} from './layout.js';
import type { VectorHit } from './vector-index.js';

/** What to look for in which rows. Plain data, so that it can be sent to another thread. */
export interface ScanRequest {
  readonly queries: readonly Float32Array[];
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly threshold: number;
  readonly where?: Uint8Array;
  /** Rows that a first pass by sign codes leaves for comparison; 0 compares all. */
  readonly candidates: number;
}

interface Probe {
  readonly at: number;
  readonly code: number;
  readonly lane: number;
  /** What a dot product is multiplied with to be a similarity. */
  readonly unit: number;
  readonly best: BestGroups;
}

const lowestInteger = -(2 ** 31);
const highestInteger = 2 ** 31 - 1;

export class TableScanner {
  readonly #memory: KernelMemory;
  readonly #layout: Layout;
  readonly #kernel: Kernel;
  readonly #region: number;

  constructor(memory: KernelMemory, layout: Layout, thread: number) {
    this.#memory = memory;
    this.#layout = layout;
    this.#kernel = createKernel(memory);
    this.#region = regionOf(layout, thread);
  }

  /** The best groups for each query, best first. */
  search(request: ScanRequest): VectorHit[][] {
    const { queries, where } = request;
    if (where) new Uint8Array(this.#memory.buffer, this.#region, where.length).set(where);
    const found: VectorHit[][] = [];
    for (let first = 0; first < queries.length; first += lanes) {
      const probes = queries
        .slice(first, first + lanes)
        .map((query, lane) => this.#load(query, lane, request));
      if (request.candidates > 0) this.#scanCodes(probes, request);
      else this.#scanRows(probes, request);
      for (const { best } of probes) found.push(best.hits);
    }
    return found;
  }

  #load(query: Float32Array, lane: number, request: ScanRequest): Probe {
    const { dimension, precision, region, width, scale } = this.#layout;
    const { buffer } = this.#memory;
    const at = this.#region + region.probe + lane * region.probeBytes;
    const code = at + 4 * width;
    const probe = {
      at,
      code,
      lane: this.#region + region.lane + lane * region.laneBytes,
      best: new BestGroups(request),
    };
    if (precision === 'float') {
      const floats = new Float32Array(buffer, at, width);
      floats.fill(0, dimension);
      floats.set(query);
      return { ...probe, unit: 1 };
    }
    // A probe keeps 16 bits of each number: its scale is its own, and no sum of products leaves 32 bits.
    let largest = 0;
    for (const value of query) largest = Math.max(largest, Math.abs(value));
    const own = Math.min(32767 / largest, highestInteger / 1.1 / scale);
    const numbers = new Int16Array(buffer, at, width);
    const signs = new Uint8Array(buffer, code, width / 8);
    numbers.fill(0, dimension);
    signs.fill(0);
    for (let index = 0; index < dimension; index++) {
      const value = Math.round(query[index]! * own);
      numbers[index] = value;
      if (value < 0) signs[index >> 3]! |= 1 << (index & 7);
    }
    return { ...probe, unit: 1 / (own * scale) };
  }

  #scanRows(probes: readonly Probe[], { from, to, where }: ScanRequest): void {
    const { block, region, width, precision } = this.#layout;
    const kernel = this.#kernel;
    const scan = precision === 'float' ? kernel.scanFloat : kernel.scan;
    const hits = this.#region + region.hits;
    const whereAt = where ? this.#region : 0;
    const whereGroups = where ? where.length * 8 : 0;
    this.#blocks(from, to, (at, start, end, row) => {
      for (const { at: probe, unit, best } of probes) {
        for (let next = start; next < end; ) {
          const least = best.floor / unit;
          const floor =
            precision === 'float'
              ? least
              : Math.max(lowestInteger, Math.min(highestInteger, Math.ceil(least)));
          // Few at a time at first, so that the floor rises soon.
          const room = best.hits.length === 0 ? 16 : hitRoom;
          next = scan(
            at,
            at + block.groups,
            width,
            next,
            end,
            row,
            probe,
            floor,
            whereAt,
            whereGroups,
            hits,
            room,
          );
          this.#offer(hits + 8, this.#count(hits), unit, best);
        }
      }
    });
  }

  #scanCodes(probes: readonly Probe[], { from, to, where, candidates }: ScanRequest): void {
    const { first, block, region, width, codeBytes } = this.#layout;
    const distances = this.#region + region.hits;
    const kernel = this.#kernel;
    const whereAt = where ? this.#region : 0;
    const whereGroups = where ? where.length * 8 : 0;
    for (const { lane } of probes) {
      const head = new Uint32Array(this.#memory.buffer, lane, 8 + width + 1);
      head.fill(0);
      head.set([width + 1, 0, candidates, laneRoom, width]);
    }
    this.#blocks(from, to, (at, start, end, row) => {
      const codes = at + block.codes + start * codeBytes;
      const groups = at + block.groups + 4 * start;
      const count = end - start;
      for (const { code, lane } of probes) {
        if (codeBytes === 64) kernel.distances64(codes, count, code, distances);
        else kernel.distances(codes, codeBytes, count, code, distances);
        kernel.offer(distances, groups, count, row + start, lane, whereAt, whereGroups);
      }
    });
    for (const { at, lane, unit, best } of probes) {
      kernel.narrow(lane);
      kernel.rank(lane, first, block.bytes, blockShift, width, at);
      this.#offer(lane + 32 + 4 * (width + 1), this.#count(lane + 4), unit, best);
    }
  }

  #count(at: number): number {
    return new Uint32Array(this.#memory.buffer, at, 1)[0]!;
  }

  /** Offers `count` pairs of row and dot product. */
  #offer(pairs: number, count: number, unit: number, best: BestGroups): void {
    if (count === 0) return;
    const { buffer } = this.#memory;
    const { first, block, precision } = this.#layout;
    const rows = new Uint32Array(buffer, pairs, 2 * count);
    const products =
      precision === 'float'
        ? new Float32Array(buffer, pairs, 2 * count)
        : new Int32Array(buffer, pairs, 2 * count);
    const words = new Uint32Array(buffer);
    for (let index = 0; index < count; index++) {
      const similarity = products[2 * index + 1]! * unit;
      if (similarity < best.floor) continue;
      const row = rows[2 * index]!;
      const at = (first + (row >>> blockShift) * block.bytes) / 4 + (row % blockRows);
      const group = words[at + block.groups / 4]!;
      // It may have been removed while this thread was looking.
      if (group !== removedGroup) best.offer({ key: words[at + block.keys / 4]!, group, similarity });
    }
  }

  /** Calls `scan` for each block with its address, the rows of it that count, and the number of its first row. */
  #blocks(
    from: number,
    to: number,
    scan: (at: number, start: number, end: number, row: number) => void,
  ): void {
    const { first, block } = this.#layout;
    for (let row = from - (from % blockRows); row < to; row += blockRows)
      scan(
        first + (row >>> blockShift) * block.bytes,
        Math.max(0, from - row),
        Math.min(blockRows, to - row),
        row,
      );
  }
}
