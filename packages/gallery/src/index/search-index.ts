// A vector index that follows a store, whichever process changes it: each search first takes in what is new.
import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import { AverageIndex } from './average-index.js';
import { IndexFolder } from './index-folder.js';
import { removedGroup } from './layout.js';
import { QueryCache, queryKey } from './query-cache.js';
import { ScanIndex, type ScanIndexOptions } from './scan-index.js';
import type { VectorHit, VectorQuery } from './vector-index.js';
import type { SourceState, VectorSource } from './vector-source.js';

export interface SearchIndexOptions {
  /** Where the index is kept, so that the next process need not read all templates. Default: nowhere. */
  readonly folder?: string;
  /** Search threads. Default: one for each core, at most 16; 0 searches on the calling thread. */
  readonly workers?: number;
  /** Templates from which on it is worth keeping in the folder. Default 20,000. */
  readonly saveFrom?: number;
  /** Templates up to which a search compares every one. Default 50,000. */
  readonly exactUpTo?: number;
}

export interface SearchQuery extends VectorQuery {
  /** A group counts by its `best` vector (default) or by the normalised `average` of all. */
  readonly score?: 'best' | 'average';
}

/** Vectors that are read from the store in one go. */
const chunk = 1024;
/** Rounding to 8 bits moves a similarity by less than this: seven times the standard deviation of 0.0004. */
const rounding = 0.003;
/** Groups found beyond those wanted, since rounding may have changed their order. */
const spare = 8;
const cachedQueries = 256;
/** Part of the rows that is new when it is saved. */
const unsavedPart = 1 / 16;

/**
 * Compares by 8-bit numbers, then the best by their originals in the store: similarities are exact.
 * @example
 * const index = new SearchIndex(store, 512, { folder: 'people/index' });
 * const [best] = await index.search(probe, { limit: 5, threshold: 0.4 });
 * await index.close();
 */
export class SearchIndex {
  readonly #source: VectorSource;
  readonly #dimension: number;
  readonly #options: ScanIndexOptions;
  readonly #saveFrom: number;
  #folder: IndexFolder | undefined;
  readonly #cache = new QueryCache(cachedQueries);
  #index: ScanIndex | undefined;
  #averages: AverageIndex | undefined;
  #lastTemplate = 0;
  #removals = 0;
  /** Groups whose averages are out of date. */
  readonly #changed = new Set<number>();
  /** Rows that are saved, or undefined when they have moved. */
  #savedRows: number | undefined = 0;
  #saving: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: VectorSource, dimension: number, options: SearchIndexOptions = {}) {
    const { folder, workers = Math.min(16, availableParallelism()), saveFrom = 20_000, exactUpTo } = options;
    this.#source = source;
    this.#dimension = dimension;
    this.#options = { workers, ...(exactUpTo !== undefined && { exactUpTo }) };
    this.#saveFrom = saveFrom;
    this.#folder = folder === undefined ? undefined : new IndexFolder(folder);
  }

  async search(query: Float32Array, options: SearchQuery): Promise<VectorHit[]> {
    const [hits = []] = await this.searchMany([query], options);
    return hits;
  }

  /** The nearest groups of each query, best first. Queries that come together share each pass over the vectors. */
  async searchMany(queries: readonly Float32Array[], options: SearchQuery): Promise<VectorHit[][]> {
    const { score = 'best', where } = options;
    const index = await this.#inTurn(() => this.#follow(score));
    if (where) return this.#find(index, queries, options);
    const keys = queries.map(query => queryKey(query, options, score));
    const answers = keys.map(key => this.#cache.get(key));
    const open = queries.filter((_, at) => !answers[at]);
    const state = [this.#lastTemplate, this.#removals];
    const found = open.length > 0 ? await this.#find(index, open, options) : [];
    const current = state[0] === this.#lastTemplate && state[1] === this.#removals;
    return answers.map((answer, at) => {
      if (answer) return answer;
      const hits = found.shift() ?? [];
      if (current) this.#cache.set(keys[at]!, hits);
      return hits;
    });
  }

  /** Saves what is new, and gives back memory and threads. */
  async close(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#saving;
      this.#save(1);
      await this.#saving;
      await this.#averages?.close();
      await this.#index?.close();
    });
  }

  async #find(
    index: ScanIndex,
    queries: readonly Float32Array[],
    options: SearchQuery,
  ): Promise<VectorHit[][]> {
    if (options.score === 'average') return (await this.#averages?.searchMany(queries, options)) ?? [];
    const { limit, threshold } = options;
    const rough = await index.searchMany(queries, {
      ...options,
      limit: limit + spare,
      threshold: threshold - rounding,
    });
    return Promise.all(rough.map((hits, at) => this.#refine(queries[at]!, hits, options)));
  }

  /** Similarities by the originals; a template that is gone by now is left out. */
  async #refine(
    query: Float32Array,
    hits: readonly VectorHit[],
    { limit, threshold }: VectorQuery,
  ): Promise<VectorHit[]> {
    const exact: VectorHit[] = [];
    for (const hit of hits) {
      const vector = await this.#source.vector(hit.key, this.#dimension);
      if (!vector) continue;
      let similarity = 0;
      for (let index = 0; index < vector.length; index++) similarity += vector[index]! * query[index]!;
      if (similarity >= threshold) exact.push({ ...hit, similarity });
    }
    return exact.sort((a, b) => b.similarity - a.similarity).slice(0, limit);
  }

  /** One after another: two calls that take in the same templates would add them twice. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn;
    return turn;
  }

  async #follow(score: 'best' | 'average'): Promise<ScanIndex> {
    const state = await this.#source.state;
    const index = this.#index ?? (await this.#open());
    this.#index = index;
    await this.#takeIn(index, state);
    if (index.sparse && !this.#saving) {
      index.table.compact();
      this.#savedRows = undefined;
    }
    if (score === 'average') await this.#updateAverages(index);
    this.#save(Math.max(this.#saveFrom, index.size * unsavedPart));
    return index;
  }

  async #open(): Promise<ScanIndex> {
    const index = new ScanIndex(this.#dimension, this.#options);
    const loaded = await this.#folder?.load(index.table, (after, last) => this.#read(index, after, last));
    if (loaded) {
      this.#lastTemplate = Math.max(0, index.table.lastKey);
      this.#removals = loaded.removals;
      this.#savedRows = this.#folder?.stale ? undefined : index.table.rows;
      if (await this.#fits(index, loaded.lastRows)) return index;
      await index.close();
      this.#folder?.discard();
    }
    this.#lastTemplate = 0;
    this.#removals = 0;
    this.#savedRows = 0;
    return loaded ? new ScanIndex(this.#dimension, this.#options) : index;
  }

  /** Whether what was loaded is of this store: a backup, say, may have gone another way since. */
  async #fits(index: ScanIndex, lastRows: readonly number[]): Promise<boolean> {
    let state = await this.#source.state;
    for (let before: SourceState | undefined; !sameState(before, state); ) {
      if (state.lastTemplate < this.#lastTemplate || state.removals < this.#removals) return false;
      await this.#takeIn(index, state);
      before = state;
      state = await this.#source.state;
    }
    if (index.size !== state.templates) return false;
    for (const row of lastRows) {
      const { table } = index;
      if (table.group(row) === removedGroup) continue;
      const original = await this.#source.vector(table.key(row), this.#dimension);
      const kept = table.vector(row);
      if (!original) return false;
      let similarity = 0;
      for (let at = 0; at < kept.length; at++) similarity += kept[at]! * original[at]!;
      if (similarity < 0.98) return false;
    }
    return true;
  }

  async #takeIn(index: ScanIndex, state: SourceState): Promise<void> {
    if (this.#lastTemplate >= state.lastTemplate && this.#removals >= state.removals) return;
    this.#cache.clear();
    // What was read before an error is there already.
    await this.#read(index, Math.max(this.#lastTemplate, index.table.lastKey), state.lastTemplate);
    this.#lastTemplate = state.lastTemplate;
    if (this.#removals >= state.removals) return;
    // A template that came and went since is not in the store any more: its removal finds nothing to remove.
    const removed = await this.#source.removalsFrom(this.#removals + 1);
    for (const number of removed) {
      const row = index.table.find(number);
      if (row !== undefined && this.#averages) this.#changed.add(index.table.group(row));
      index.remove(number);
    }
    this.#removals = state.removals;
  }

  /** Adds the templates with numbers above `after`, up to `last`. */
  async #read(index: ScanIndex, after: number, last: number): Promise<void> {
    for (let done = after; done < last; ) {
      const most = Math.min(chunk, last - done);
      const templates = await this.#source.vectorsFrom(done + 1, this.#dimension, most);
      for (const { number, person, embedding } of templates) {
        if (number > last) break;
        index.add(number, person, embedding);
        if (this.#averages) this.#changed.add(person);
      }
      done = templates.at(-1)?.number ?? last;
      await breathe();
    }
  }

  async #updateAverages(index: ScanIndex): Promise<void> {
    if (!this.#averages) {
      this.#averages = new AverageIndex(index.table, this.#options);
      await this.#averages.update();
    } else if (this.#changed.size > 0) await this.#averages.update(this.#changed);
    this.#changed.clear();
  }

  /** Begins to save when at least `worth` rows are new. A cache that cannot be written is done without. */
  #save(worth: number): void {
    const index = this.#index;
    const folder = this.#folder;
    if (!index || !folder || this.#saving || index.size < this.#saveFrom) return;
    const { rows } = index.table;
    if (rows - (this.#savedRows ?? 0) < worth) return;
    const from = folder.stale ? 0 : (this.#savedRows ?? 0);
    this.#saving = folder
      .save(index.table, from, this.#removals)
      .then(() => {
        this.#savedRows = rows;
      })
      .catch(() => {
        this.#folder = undefined;
      })
      .finally(() => {
        this.#saving = undefined;
      });
  }
}

function sameState(a: SourceState | undefined, b: SourceState): boolean {
  return a?.lastTemplate === b.lastTemplate && a.removals === b.removals;
}
