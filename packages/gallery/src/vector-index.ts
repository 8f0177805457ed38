// The seam between a gallery and whatever scans its vectors.

/** A vector that was found: the best of its group. */
export interface VectorHit {
  readonly key: number;
  readonly group: number;
  readonly similarity: number;
}

export interface VectorQuery {
  /** Most groups to find, from 1. */
  readonly limit: number;
  /** Lowest similarity that counts. */
  readonly threshold: number;
  /** Groups for which this is false are passed over. */
  readonly accept?: (group: number) => boolean;
}

/** Unit vectors by key, each in a group (the templates of one person), searched by cosine similarity. */
export interface VectorIndex {
  /** Vectors held. */
  readonly size: number;
  /** Adds a vector `[dimension]` of unit length under a key that is not in use. It is copied. */
  add(key: number, group: number, vector: Float32Array): void;
  /** Forgets a key; one that is not there is no error. */
  remove(key: number): void;
  /** The best vector of each of the nearest groups, best first. `query` is of unit length, `[dimension]`. */
  search(query: Float32Array, options: VectorQuery): VectorHit[];
}
