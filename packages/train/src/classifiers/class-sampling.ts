// Sampling of class centres (PartialFC, https://arxiv.org/abs/2203.15565): all classes of the batch, and a random part of the others.
import { ops, type Tensor, tensor } from '@insightface-ts/torch';

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
  const key = mix(mix(seed) ^ step);
  return Float32Array.from({ length: count }, (_, index) => (mix(key ^ (start + index)) >>> 8) / 2 ** 24);
}

/** The finaliser of MurmurHash3: every bit of the input changes half of the output's. */
function mix(value: number): number {
  let bits = (value + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
