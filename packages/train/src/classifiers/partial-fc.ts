// PartialFC (https://arxiv.org/abs/2010.05222, https://arxiv.org/abs/2203.15565): classes shared out over ranks, and only a random
// part of the foreign ones in each step. Every rank sees the joined batch; embeddings and rows of sums travel, centres never do.
// Centres that are not drawn have a gradient of 0, so the optimizer keeps their momentum.
import { distributed, grad, ops, type Tensor, tidy } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import type { MarginLoss } from '../losses/margin-loss.js';
import { createCentres, similaritiesOf } from './class-centres.js';
import { type ClassSample, classScores, sampleClasses } from './class-sampling.js';
import { type ClassRange, classRange } from './class-shards.js';
import { Classifier, type ClassifierState } from './classifier.js';
import type { ClassCollective } from './collective.js';
import { distributedSoftmax } from './distributed-softmax.js';

/** Settings of a {@link PartialFc}. */
export interface PartialFcOptions {
  readonly marginLoss: MarginLoss;
  /** Classes over all ranks. */
  readonly classes: number;
  readonly embeddingSize: number;
  /** Part of the classes that takes part in a step, above 0 to 1; 1 by default. */
  readonly sampleRate?: number;
  /** Decides, with the step, which classes are drawn. */
  readonly seed?: number;
  /** The ranks; one process alone by default. All ranks need batches of one size. */
  readonly collective?: ClassCollective;
  /** Random numbers in [0, 1) for the classes `start` to `start + count`; the largest are drawn. */
  readonly scores?: (step: number, start: number, count: number) => Float32Array;
  /** Probabilities below it count as it in the loss, not in its gradient. InsightFace has 1e-30; absent: exact. */
  readonly probabilityFloor?: number;
}

/** `weight` holds this rank's classes: `[range.count * centresPerClass, embeddingSize]`. */
export class PartialFc extends Classifier {
  readonly weight: Tensor;
  readonly range: ClassRange;
  readonly classes: number;
  readonly sampleRate: number;
  readonly #collective: ClassCollective;
  readonly #scores: (step: number, start: number, count: number) => Float32Array;
  readonly #probabilityFloor: number | undefined;
  #step = 0;

  constructor(options: PartialFcOptions) {
    const { classes, embeddingSize, marginLoss, sampleRate = 1, seed = 0 } = options;
    super(marginLoss);
    if (!(sampleRate > 0 && sampleRate <= 1))
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `sampleRate is ${sampleRate}: give a number above 0, up to 1.`,
      );
    this.sampleRate = sampleRate;
    this.classes = classes;
    this.#collective = options.collective ?? new distributed.SingleProcess();
    this.#scores = options.scores ?? ((step, start, count) => classScores(seed, step, start, count));
    this.#probabilityFloor = options.probabilityFloor;
    this.range = classRange(classes, this.#collective.rank, this.#collective.worldSize);
    this.weight = createCentres(classes, this.range, marginLoss.centresPerClass, embeddingSize);
  }

  /**
   * The mean over the joined batch of all ranks, the same on all but for a loss's penalty, which is that of the rank's own
   * embeddings; call it on all ranks. Its gradient towards the embeddings is
   * worldSize times that of the mean, because data-parallel training averages gradients over ranks.
   * @throws InsightFaceError `INVALID_ARGUMENT` for a label that is no class.
   */
  loss(embeddings: Tensor, labels: Tensor): Tensor {
    return tidy(() => {
      const own = embeddings.to({ dtype: this.weight.dtype });
      const joinedLabels = this.#collective.allGather(labels);
      this.#requireClasses(joinedLabels);
      const sample = this.#sample(this.#localLabels(joinedLabels));
      this.#step++;
      const joined = leaf(this.#collective.allGather(ops.detach(own)));
      const chosen = this.#chosenCentres(sample.classes);
      const centres = leaf(ops.detach(chosen));
      const { loss, logits, gradient } = this.#softmax(joined, centres, sample.labels);
      const [joinedGradient, centresGradient] = grad([logits], [joined, centres], [gradient]);
      this.#collective.allReduce(joinedGradient!, 'sum');
      const crossEntropy = withGradients(loss, [
        [own, this.#ownRows(joinedGradient!)],
        [chosen, centresGradient!],
      ]);
      const penalty = this.marginLoss.penalty(ops.linalgVectorNorm(own, 2, [1]));
      return penalty ? ops.add(crossEntropy, penalty) : crossEntropy;
    });
  }

  get state(): ClassifierState {
    return { step: this.#step, loss: this.marginLoss.state };
  }

  restore(state: ClassifierState): void {
    this.#step = state.step;
    this.marginLoss.restore(state.loss);
  }

  #softmax(embeddings: Tensor, centres: Tensor, labels: Tensor) {
    const { cosines, norms } = similaritiesOf(embeddings, centres, this.marginLoss);
    const sumOverRanks = (tensor: Tensor) => {
      this.#collective.allReduce(tensor, 'sum');
      return tensor;
    };
    // The embeddings are those of the joined batch already.
    const joinBatch = (all: Tensor) => all;
    const logits = this.marginLoss.logits({ cosines, labels, norms, sumOverRanks, joinBatch });
    return { logits, ...distributedSoftmax(logits, labels, this.#collective, this.#probabilityFloor) };
  }

  /** A label that no rank holds would make every class a foreign one, and the loss would go on falling. */
  #requireClasses(labels: Tensor): void {
    const least = ops.min(labels).item();
    const most = ops.max(labels).item();
    if (least >= 0 && most < this.classes) return;
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `A label is ${least < 0 ? least : most}: there are ${this.classes} classes, counted from 0.`,
    );
  }

  /** Labels within this rank's classes, -1 for those of other ranks. */
  #localLabels(labels: Tensor): Tensor {
    const local = ops.sub(labels, this.range.start);
    const isForeign = ops.logicalOr(ops.lt(local, 0), ops.ge(local, this.range.count));
    return ops.maskedFill(local, isForeign, -1);
  }

  #sample(labels: Tensor): ClassSample | { readonly classes: undefined; readonly labels: Tensor } {
    if (this.sampleRate === 1) return { classes: undefined, labels };
    const { start, count } = this.range;
    const size = Math.max(1, Math.floor(this.sampleRate * count));
    return sampleClasses(labels, this.#scores(this.#step, start, count), size);
  }

  #chosenCentres(classes: Tensor | undefined): Tensor {
    if (!classes) return this.weight;
    const perClass = this.marginLoss.centresPerClass;
    const [count = 0] = classes.shape;
    const [, embeddingSize = 0] = this.weight.shape;
    const byClass = ops.reshape(this.weight, [-1, perClass, embeddingSize]);
    return ops.reshape(ops.indexSelect(byClass, 0, classes), [count * perClass, embeddingSize]);
  }

  #ownRows(joined: Tensor): Tensor {
    const { rank, worldSize } = this.#collective;
    const batch = joined.shape[0]! / worldSize;
    return ops.mul(ops.narrow(joined, 0, rank * batch, batch), worldSize);
  }
}

function leaf(tensor: Tensor): Tensor {
  tensor.requiresGrad = true;
  return tensor;
}

/** A number of the given value whose derivatives with respect to the tensors are the given ones. */
function withGradients(value: Tensor, derivatives: readonly (readonly [Tensor, Tensor])[]): Tensor {
  const linear = derivatives.map(([tensor, gradient]) => ops.sum(ops.mul(tensor, gradient)));
  const total = linear.reduce((left, right) => ops.add(left, right));
  return ops.add(value, ops.sub(total, ops.detach(total)));
}
