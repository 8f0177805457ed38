// The seam between a gallery and whatever scans its vectors.

/** A vector that was found. */
export interface VectorHit {
  /** The best vector of its group; with averages, the one nearest to the average. */
  readonly key: number;
  readonly group: number;
  /** Cosine similarity, -1 to 1 give or take rounding. */
  readonly similarity: number;
}

export interface VectorQuery {
  /** Most groups to find, from 1. */
  readonly limit: number;
  /** Lowest similarity that counts; minus infinity for all. */
  readonly threshold: number;
  /** A bitmap: only groups whose bit is 1 count (bit `group & 7` of byte `group >> 3`). Default: all. */
  readonly where?: Uint8Array;
}

/** Unit vectors by key, each in a group (the templates of one person), searched by cosine similarity. */
export interface VectorIndex {
  /** Vectors held. */
  readonly size: number;
  /** Numbers in a vector. */
  readonly dimension: number;
  /**
   * Adds a vector `[dimension]` of unit length. It is copied.
   * @param key greater than every key before it, below 2^32.
   * @param group below 2^32 - 1.
   */
  add(key: number, group: number, vector: Float32Array): void;
  /** Forgets a key; one that is not there is no error. */
  remove(key: number): void;
  /** The best vector of each of the nearest groups, best first. `query` is of unit length, `[dimension]`. */
  search(query: Float32Array, options: VectorQuery): Promise<VectorHit[]>;
  /** {@link VectorIndex.search} for several queries, which share each pass over the vectors. */
  searchMany(queries: readonly Float32Array[], options: VectorQuery): Promise<VectorHit[][]>;
  /** Gives back what is held; searches under way fail with `DISPOSED`. */
  close(): Promise<void>;
}

/** The bitmap of some groups for {@link VectorQuery.where}. */
export function groupBitmap(groups: Iterable<number>): Uint8Array {
  let bitmap = new Uint8Array(64);
  for (const group of groups) {
    const at = group >> 3;
    if (at >= bitmap.length) {
      const larger = new Uint8Array(Math.max(at + 1, bitmap.length * 2));
      larger.set(bitmap);
      bitmap = larger;
    }
    bitmap[at]! |= 1 << (group & 7);
  }
  return bitmap;
}
