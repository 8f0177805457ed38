// The last layer of training: class centres, a margin loss on their cosines with the embeddings, softmax and cross-entropy.
import { nn, type Tensor } from '@insightface-ts/torch';
import type { LossState, MarginLoss } from '../losses/margin-loss.js';
import { similaritiesOf } from './class-centres.js';

/** What a classifier carries from step to step besides its centres; it belongs into checkpoints. */
export interface ClassifierState {
  /** Batches that were seen. */
  readonly step: number;
  readonly loss: LossState;
}

/** Centres in `weight`; it is in float32 or float64 also where the network is not. */
export abstract class Classifier extends nn.Module {
  abstract readonly weight: Tensor;

  constructor(readonly marginLoss: MarginLoss) {
    super();
  }

  /**
   * The mean loss of a batch, a single number with a gradient towards embeddings and centres.
   * @param embeddings `[B, embeddingSize]`, not normalised. @param labels `[B]`, int64, classes from 0.
   */
  abstract loss(embeddings: Tensor, labels: Tensor): Tensor;

  /** Cosines (or dot products) of embeddings with this rank's classes, without margin or scale: `[B, C]`. */
  forward(embeddings: Tensor): Tensor {
    return similaritiesOf(embeddings, this.weight, this.marginLoss).cosines;
  }

  /** A copy of what goes into a checkpoint beside the state dict. */
  abstract get state(): ClassifierState;

  /** Goes on from a checkpoint. */
  abstract restore(state: ClassifierState): void;
}
