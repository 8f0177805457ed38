// Several processes, by PyTorch's c10d: a TCP store on rank 0's machine, and Gloo or NCCL between all.
// NCCL has not been run on a GPU yet.
import { TorchError } from '../errors.js';
import { native } from '../native.js';
import { Tensor } from '../tensor.js';
import {
  type AverageOptions,
  type Collective,
  type GradientAverage,
  noAverage,
  type ReduceOperation,
} from './collective.js';
import type { Watch } from './watch.js';

const BUCKET_BYTES = 25 * 1024 * 1024;

/** A rank among several. Made by `init()`. */
export class ProcessGroup implements Collective {
  readonly rank: number;
  readonly worldSize: number;
  readonly localRank: number;
  readonly backend: 'gloo' | 'nccl';
  readonly #group: number;

  /** @internal */
  constructor(
    group: number,
    watch: Watch,
    place: Pick<ProcessGroup, 'rank' | 'worldSize' | 'localRank' | 'backend'>,
  ) {
    this.#group = group;
    this.rank = place.rank;
    this.worldSize = place.worldSize;
    this.localRank = place.localRank;
    this.backend = place.backend;
    // The network only says that a connection closed, be it in a collective or in backward; the watch knows which rank failed.
    native().setErrorFactory((code, message) => {
      if (code !== 'RANK_FAILED') return new TorchError(code, message);
      const reason = watch.reason() ?? 'Another rank ended, or did not answer in time';
      return new TorchError(code, `${reason} (${message}).`);
    });
  }

  allReduce(tensor: Tensor, operation: ReduceOperation = 'sum'): void {
    native().distributedAllReduce(this.#group, [tensor.handle], operation);
  }

  allGather(tensor: Tensor): Tensor {
    return new Tensor(native().distributedAllGather(this.#group, tensor.handle));
  }

  broadcast(tensors: Tensor | readonly Tensor[], root = 0): void {
    const handles = [tensors].flat().map(({ handle }) => handle);
    native().distributedBroadcast(this.#group, handles, root);
  }

  barrier(): void {
    native().distributedBarrier(this.#group);
  }

  averageGradients(
    parameters: ReadonlyMap<string, Tensor>,
    { bucketBytes = BUCKET_BYTES, findUnused = false }: AverageOptions = {},
  ): GradientAverage {
    // All frozen.
    if (parameters.size === 0) return noAverage;
    const handles = [...parameters.values()].map(({ handle }) => handle);
    const names = [...parameters.keys()];
    const reducer = native().reducerCreate(this.#group, handles, names, bucketBytes, findUnused);
    return {
      beforeForward: () => native().reducerPrepareForward(reducer),
      afterForward: outputs =>
        native().reducerPrepareBackward(
          reducer,
          outputs.map(({ handle }) => handle),
        ),
      close: () => native().reducerFree(reducer),
    };
  }

  close(): void {
    native().distributedDestroy(this.#group);
  }
}
