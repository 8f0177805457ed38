// Search in the embedded store: the index finds numbers, the records tell who they are.
import { SearchIndex } from '../index/search-index.js';
import type { VectorHit } from '../index/vector-index.js';
import type { VectorSource } from '../index/vector-source.js';
import type { CheckedSearch } from '../search-options.js';
import type { Match } from '../types.js';
import type { PeopleStore } from './people-store.js';
import { SearchFilter } from './search-filter.js';

/** People found beyond those wanted, and below the threshold, since the index rounds averages to 8 bits. */
const spare = 8;
const rounding = 0.003;

export class EmbeddedSearch {
  readonly #folder: string | undefined;
  readonly #filter = new SearchFilter();
  readonly #source = new PeopleSource();
  #index: SearchIndex | undefined;
  /** Removals that the index knows of. */
  #removals = 0;

  /** `folder` is where the index is kept between two runs; without it, it is made anew each time. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** `queries` are of unit length. */
  async search(
    people: PeopleStore,
    queries: readonly Float32Array[],
    search: CheckedSearch,
  ): Promise<Match[][]> {
    this.#source.people = people;
    const { removals, trimmed } = people.state;
    if (this.#index && trimmed > this.#removals) {
      const index = this.#index;
      this.#index = undefined;
      await index.close();
    }
    const dimension = queries[0]?.length ?? 0;
    this.#index ??= new SearchIndex(this.#source, dimension, {
      ...(this.#folder !== undefined && { folder: this.#folder }),
    });
    this.#removals = removals;
    const where = this.#filter.bitmap(people, search);
    const { limit, threshold, score } = search;
    const average = score === 'average';
    const found = await this.#index.searchMany(queries, {
      limit: average ? limit + spare : limit,
      threshold: average ? threshold - rounding : threshold,
      score,
      ...(where && { where }),
    });
    return found.map((hits, at) =>
      (average ? this.#averages(queries[at]!, hits, search) : hits).flatMap(hit => this.#match(hit)),
    );
  }

  async close(): Promise<void> {
    await this.#index?.close();
  }

  /** Averages by the originals: the index holds rounded ones. */
  #averages(
    query: Float32Array,
    hits: readonly VectorHit[],
    { limit, threshold }: CheckedSearch,
  ): VectorHit[] {
    const exact = hits.map(hit => ({ ...hit, similarity: this.#averageSimilarity(query, hit.group) }));
    return exact
      .filter(({ similarity }) => similarity >= threshold)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, limit);
  }

  /** NaN for nobody. */
  #averageSimilarity(query: Float32Array, person: number): number {
    const { people } = this.#source;
    const sum = new Float64Array(query.length);
    for (const number of people?.personIfThere(person)?.templates ?? [])
      for (const [at, value] of people?.templateIfThere(number)?.embedding.entries() ?? []) sum[at]! += value;
    let [product, squares] = [0, 0];
    for (const [at, value] of sum.entries()) {
      product += value * query[at]!;
      squares += value * value;
    }
    return product / Math.sqrt(squares);
  }

  /** Nobody when the person was removed while the index was searched. */
  #match({ key, group, similarity }: VectorHit): Match[] {
    const { people } = this.#source;
    const person = people?.personIfThere(group);
    const template = people?.templateIfThere(key);
    if (!person || !template) return [];
    return [
      {
        name: person.name,
        similarity: Math.max(-1, Math.min(1, similarity)),
        personId: person.id,
        templateId: template.id,
        ...(person.tags && { tags: person.tags }),
      },
    ];
  }
}

/** The store as the index reads it; `people` follows a change of keys. */
class PeopleSource implements VectorSource {
  people: PeopleStore | undefined;

  get state() {
    return this.people?.state ?? { templates: 0, lastTemplate: 0, removals: 0 };
  }

  vectorsFrom(first: number, _dimension: number, limit: number) {
    return this.people?.vectorsFrom(first, limit) ?? [];
  }

  removalsFrom(first: number): number[] {
    const { people } = this;
    if (!people) return [];
    // Those that are no longer listed count, and are of no template.
    const unlisted = Math.max(0, people.state.trimmed - first + 1);
    return [...new Array<number>(unlisted).fill(0), ...people.removalsFrom(first)];
  }

  vector(number: number): Float32Array | undefined {
    return this.people?.templateIfThere(number)?.embedding;
  }
}
