// What an index needs of the store that it follows.

/** A value, or the promise of one: stores in this process answer at once. */
export type Soon<T> = T | Promise<T>;

/** Counters of a store. Numbers of templates and of removals are given out from 1 on, once and never again. */
export interface SourceState {
  /** Templates held. */
  readonly templates: number;
  /** The last number given to a template. */
  readonly lastTemplate: number;
  /** Templates removed since the store was made. */
  readonly removals: number;
}

export interface SourceVector {
  /** Number of the template. */
  readonly number: number;
  /** Number of the person. */
  readonly person: number;
  /** Unit length, `[dimension]`. */
  readonly embedding: Float32Array;
}

/** A store of templates. A template never changes: one that moves to another person is removed and added anew. */
export interface VectorSource {
  readonly state: Soon<SourceState>;
  /** Templates with numbers from `first` on, in the order of their numbers, at most `limit`. */
  vectorsFrom(first: number, dimension: number, limit: number): Soon<readonly SourceVector[]>;
  /** Numbers of the templates that were removed, from removal number `first` on. */
  removalsFrom(first: number): Soon<readonly number[]>;
  /** The embedding of a template, or `undefined` when it is not there any more. */
  vector(number: number, dimension: number): Soon<Float32Array | undefined>;
}
