// A store of templates in memory, and one whose templates come from a formula. Not part of the published library.
import type { SourceState, SourceVector, VectorSource } from '../index/vector-source.js';

export class ArraySource implements VectorSource {
  readonly #vectors = new Map<number, SourceVector>();
  readonly #removed: number[] = [];
  #last = 0;
  /** Templates that were read in bulk. */
  read = 0;

  get state(): SourceState {
    return {
      templates: this.#vectors.size,
      lastTemplate: this.#last,
      removals: this.#removed.length,
    };
  }

  /** A copy that goes its own way from here on, like a backup that was restored. */
  copy(): ArraySource {
    const other = new ArraySource();
    for (const [number, vector] of this.#vectors) other.#vectors.set(number, vector);
    other.#removed.push(...this.#removed);
    other.#last = this.#last;
    return other;
  }

  add(person: number, embedding: Float32Array): number {
    const number = ++this.#last;
    this.#vectors.set(number, { number, person, embedding });
    return number;
  }

  remove(number: number): void {
    if (this.#vectors.delete(number)) this.#removed.push(number);
  }

  vectorsFrom(first: number, _dimension: number, limit: number): readonly SourceVector[] {
    const found: SourceVector[] = [];
    for (let number = first; number <= this.#last && found.length < limit; number++) {
      const vector = this.#vectors.get(number);
      if (vector) found.push(vector);
    }
    this.read += found.length;
    return found;
  }

  removalsFrom(first: number): readonly number[] {
    return this.#removed.slice(first - 1);
  }

  vector(number: number): Float32Array | undefined {
    return this.#vectors.get(number)?.embedding;
  }

  [Symbol.iterator](): Iterator<SourceVector> {
    return this.#vectors.values();
  }
}
