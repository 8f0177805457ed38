import type { Image } from '../image/image.js';

/** Turns aligned crops into embeddings, in batches. */
export interface Recognizer {
  /** Length of an embedding. */
  readonly dimension: number;
  /** Side of the aligned square crop, in pixels (112). */
  readonly inputSize: number;
  /** Embeddings as the network gives them: not normalised, in the order of the crops. */
  embed(crops: readonly Image[], options?: { readonly signal?: AbortSignal }): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}
