import { ExactIndex } from './exact-index.js';
import type { PeopleStore } from './people-store.js';
import type { VectorHit, VectorIndex, VectorQuery } from './vector-index.js';

/** Vectors that are read from the store in one go. */
const chunk = 4096;

/** A vector index that follows the store, whichever process changes it: each search first takes in what is new. */
export class SearchIndex {
  readonly #people: PeopleStore;
  readonly #dimension: number;
  #index: VectorIndex | undefined;
  #lastTemplate = 0;
  #removals = 0;

  constructor(people: PeopleStore, dimension: number) {
    this.#people = people;
    this.#dimension = dimension;
  }

  search(query: Float32Array, options: VectorQuery): VectorHit[] {
    return this.#upToDate().search(query, options);
  }

  #upToDate(): VectorIndex {
    const state = this.#people.state;
    if (!this.#index) {
      this.#index = new ExactIndex(this.#dimension, state.templates);
      this.#removals = state.removals;
    }
    // A template that came and went since is not in the store any more: its removal finds nothing to remove.
    while (this.#lastTemplate < state.lastTemplate) {
      const templates = this.#people.vectorsFrom(this.#lastTemplate + 1, this.#dimension, chunk);
      for (const { number, person, embedding } of templates) this.#index.add(number, person, embedding);
      this.#lastTemplate = templates.at(-1)?.number ?? state.lastTemplate;
    }
    if (this.#removals < state.removals) {
      for (const number of this.#people.removalsFrom(this.#removals + 1)) this.#index.remove(number);
      this.#removals = state.removals;
    }
    return this.#index;
  }
}
