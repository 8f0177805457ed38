import type { VectorHit, VectorQuery } from './vector-index.js';

/** Answers to the latest queries, the least recently used forgotten first. */
export class QueryCache {
  readonly #most: number;
  readonly #answers = new Map<string, readonly VectorHit[]>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): VectorHit[] | undefined {
    const hits = this.#answers.get(key);
    if (!hits) return undefined;
    this.#answers.delete(key);
    this.#answers.set(key, hits);
    return [...hits];
  }

  set(key: string, hits: readonly VectorHit[]): void {
    this.#answers.set(key, hits);
    if (this.#answers.size <= this.#most) return;
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest);
      return;
    }
  }

  clear(): void {
    this.#answers.clear();
  }
}

/** Tells a query from every other one. */
export function queryKey(query: Float32Array, { limit, threshold }: VectorQuery, score: string): string {
  const bytes = Buffer.from(query.buffer, query.byteOffset, query.byteLength);
  return `${score} ${limit} ${threshold} ${bytes.toString('latin1')}`;
}
