// Exact search: every vector, one after another, in one block of memory.
import { BestGroups } from './best-groups.js';
import type { VectorHit, VectorIndex, VectorQuery } from './vector-index.js';

/** Compares a probe with every vector. Answers are exact; time grows with the number of vectors. */
export class ExactIndex implements VectorIndex {
  readonly #dimension: number;
  #vectors: Float32Array;
  #keys: number[] = [];
  #groups: number[] = [];
  readonly #rows = new Map<number, number>();

  /** `capacity` is how many vectors there is room for at first; it doubles when needed. */
  constructor(dimension: number, capacity = 1024) {
    this.#dimension = dimension;
    this.#vectors = new Float32Array(Math.max(1, capacity) * dimension);
  }

  get size(): number {
    return this.#keys.length;
  }

  add(key: number, group: number, vector: Float32Array): void {
    const row = this.size;
    const end = (row + 1) * this.#dimension;
    if (end > this.#vectors.length) {
      const larger = new Float32Array(this.#vectors.length * 2);
      larger.set(this.#vectors);
      this.#vectors = larger;
    }
    this.#vectors.set(vector, row * this.#dimension);
    this.#keys.push(key);
    this.#groups.push(group);
    this.#rows.set(key, row);
  }

  remove(key: number): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    // The last row moves into the gap.
    const last = this.size - 1;
    const size = this.#dimension;
    this.#vectors.copyWithin(row * size, last * size, (last + 1) * size);
    this.#keys[row] = this.#keys[last]!;
    this.#groups[row] = this.#groups[last]!;
    this.#rows.set(this.#keys[row], row);
    this.#keys.pop();
    this.#groups.pop();
    this.#rows.delete(key);
  }

  search(query: Float32Array, options: VectorQuery): VectorHit[] {
    const best = new BestGroups(options);
    for (let row = 0; row < this.size; row++) {
      const similarity = dotAt(this.#vectors, row * this.#dimension, query);
      if (similarity >= best.floor)
        best.offer({ key: this.#keys[row]!, group: this.#groups[row]!, similarity });
    }
    return best.hits;
  }
}

/** Four sums at a time keep the processor's adders busy: one chain of additions would wait for itself. */
function dotAt(vectors: Float32Array, start: number, query: Float32Array): number {
  const whole = query.length & ~3;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let index = 0; index < whole; index += 4) {
    const at = start + index;
    a += vectors[at]! * query[index]!;
    b += vectors[at + 1]! * query[index + 1]!;
    c += vectors[at + 2]! * query[index + 2]!;
    d += vectors[at + 3]! * query[index + 3]!;
  }
  for (let index = whole; index < query.length; index++) a += vectors[start + index]! * query[index]!;
  return a + b + (c + d);
}
