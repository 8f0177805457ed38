import type { VectorHit } from './vector-index.js';

/**
 * Keeps the best hit of each of the `limit` best groups, best first. Of equal ones the first offered wins.
 *
 * A group that is not among the kept can only have been offered below `floor`, which never falls, so forgetting it
 * loses nothing.
 */
export class BestGroups {
  readonly hits: VectorHit[] = [];
  /** Similarities below this are of no use. */
  floor: number;
  readonly #limit: number;
  readonly #similarity = new Map<number, number>();

  constructor({ limit, threshold }: { readonly limit: number; readonly threshold: number }) {
    this.#limit = limit;
    this.floor = threshold;
  }

  offer(hit: VectorHit): void {
    const full = this.hits.length === this.#limit;
    if (hit.similarity < this.floor || (full && hit.similarity === this.floor)) return;
    const known = this.#similarity.get(hit.group);
    if (known !== undefined) {
      if (known >= hit.similarity) return;
      this.hits.splice(
        this.hits.findIndex(({ group }) => group === hit.group),
        1,
      );
    } else {
      const last = full ? this.hits.pop() : undefined;
      if (last) this.#similarity.delete(last.group);
    }
    this.#insert(hit);
    if (this.hits.length === this.#limit) this.floor = this.hits.at(-1)?.similarity ?? this.floor;
  }

  #insert(hit: VectorHit): void {
    let low = 0;
    let high = this.hits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.hits[middle]!.similarity >= hit.similarity) low = middle + 1;
      else high = middle;
    }
    this.hits.splice(low, 0, hit);
    this.#similarity.set(hit.group, hit.similarity);
  }
}
