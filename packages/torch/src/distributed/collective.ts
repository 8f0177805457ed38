// What processes that train together can do with each other's tensors. Every rank must call the same functions in the same
// order with tensors of the same shape and type.
import type { Tensor } from '../tensor.js';

/** How values of all ranks become one. */
export type ReduceOperation = 'sum' | 'product' | 'min' | 'max';

/** The ranks of a job, from the view of one of them. Errors have code RANK_FAILED when a peer fails. */
export interface Collective {
  /** 0 to worldSize - 1. */
  readonly rank: number;
  /** How many processes there are. */
  readonly worldSize: number;
  /** This rank's number on its machine: the GPU to take. */
  readonly localRank: number;
  /** 'none' for a single process. */
  readonly backend: 'none' | 'gloo' | 'nccl';
  /** Puts the sum (or another reduction) of all ranks' tensors into the tensor of each. Not differentiable. */
  allReduce(tensor: Tensor, operation?: ReduceOperation): void;
  /**
   * All ranks' tensors `[n, ...]` one after another: `[worldSize * n, ...]`. Differentiable: a rank's part receives the
   * sum of its gradients over the losses of all ranks, so every rank must run backward through it.
   */
  allGather(tensor: Tensor): Tensor;
  /** Copies the root's tensors into those of all ranks. */
  broadcast(tensors: Tensor | readonly Tensor[], root?: number): void;
  /** Returns when every rank has called it. */
  barrier(): void;
  /** Averages the gradients of these parameters over the ranks in every backward that it is told of. */
  averageGradients(parameters: ReadonlyMap<string, Tensor>, options?: AverageOptions): GradientAverage;
  /** Leaves the group. The process stays watched: if it ends with an exit code, the others learn of it. */
  close(): void;
}

/** How gradients are averaged. */
export interface AverageOptions {
  /** Gradients that travel together; 25 MiB by default, PyTorch's own figure. */
  readonly bucketBytes?: number;
  /** Whether a forward may leave parameters unused. Costs a walk through the graph each time; false by default. */
  readonly findUnused?: boolean;
}

/** Gradients averaged over the ranks while backward runs. Leave both calls out to add up gradients locally first. */
export interface GradientAverage {
  /** Before a forward whose gradients are to be averaged. */
  beforeForward(): void;
  /** After it, with what backward starts from. */
  afterForward(outputs: readonly Tensor[]): void;
  close(): void;
}

/** Where there is nothing to average. */
export const noAverage: GradientAverage = { beforeForward() {}, afterForward() {}, close() {} };
