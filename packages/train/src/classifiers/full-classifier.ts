// All classes on every rank. Under data-parallel training the gradients of the centres are averaged like the network's.
import { distributed, ops, type Tensor, tidy } from '@insightface-ts/torch';
import type { MarginLoss } from '../losses/margin-loss.js';
import { createCentres, similaritiesOf } from './class-centres.js';
import { Classifier, type ClassifierState } from './classifier.js';
import type { ClassCollective } from './collective.js';

/** Settings of a {@link FullClassifier}. */
export interface FullClassifierOptions {
  readonly marginLoss: MarginLoss;
  readonly classes: number;
  readonly embeddingSize: number;
  /** The ranks, whose batches make up the loss's running statistics; one process alone by default. */
  readonly collective?: ClassCollective;
}

/** `weight` is `[classes * centresPerClass, embeddingSize]`. */
export class FullClassifier extends Classifier {
  readonly weight: Tensor;
  readonly #collective: ClassCollective;
  #step = 0;

  constructor(options: FullClassifierOptions) {
    const { classes, embeddingSize, marginLoss } = options;
    super(marginLoss);
    this.#collective = options.collective ?? new distributed.SingleProcess();
    this.weight = createCentres(
      classes,
      { start: 0, count: classes },
      marginLoss.centresPerClass,
      embeddingSize,
    );
  }

  loss(embeddings: Tensor, labels: Tensor): Tensor {
    this.#step++;
    return tidy(() => {
      const precise = embeddings.to({ dtype: this.weight.dtype });
      const { cosines, norms } = similaritiesOf(precise, this.weight, this.marginLoss);
      const logits = this.marginLoss.logits({
        ...{ cosines, labels, norms },
        sumOverRanks: sum => sum,
        joinBatch: values => this.#collective.allGather(ops.detach(values)),
      });
      const crossEntropy = ops.crossEntropyLoss(logits, labels);
      const penalty = this.marginLoss.penalty(norms);
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
}
