// Sampling of class centres (PartialFC, https://arxiv.org/abs/2203.15565): all classes of the batch, and a random part of the others.
import { ops, type Tensor, tensor } from '@insightface-ts/torch';
import { mix } from '../data/random.js';

/** The classes of a rank that take part in a step. */
export interface ClassSample {
  /** `[n]`, int64, rising: their numbers within the rank. */
  readonly classes: Tensor;
  /** `[B]`, int64: labels as places in `classes`; -1 stays -1. */
  readonly labels: Tensor;
}

/**
 * @param labels `[B]`: classes within the rank, -1 for others.
 * @param scores random numbers in [0, 1) for the classes of the rank; the largest win.
 * @param size classes to take; all of the batch are taken even when they are more.
 */
export function sampleClasses(labels: Tensor, scores: Float32Array, size: number): ClassSample {
  const isHere = ops.ge(labels, 0);
  const [positives] = ops.unique(ops.maskedSelect(labels, isHere));
  const classes = positives.shape[0]! < size ? withOthers(positives, scores, size) : positives;
  const places = ops.searchsorted(classes, labels);
  return { classes, labels: ops.maskedFill(places, ops.logicalNot(isHere), -1) };
}

function withOthers(positives: Tensor, scores: Float32Array, size: number): Tensor {
  const ranked = tensor(scores, [scores.length], { device: positives.device });
  const [, chosen] = ops.topk(ops.indexFill_(ranked, 0, positives, 2), size);
  const [rising] = ops.sort(chosen);
  return rising;
}

/**
 * Random numbers in [0, 1) for `count` classes from `start`. A class's number depends on the seed, the step and the class alone:
 * it is the same however the classes are shared out, and in a resumed run.
 */
export function classScores(seed: number, step: number, start: number, count: number): Float32Array {
  const key = mixed(mixed(seed) ^ step);
  return Float32Array.from({ length: count }, (_, index) => (mixed(key ^ (start + index)) >>> 8) / 2 ** 24);
}

/** Zero, too, is mixed to something. */
function mixed(value: number): number {
  return mix(value + 0x9e3779b9);
}
