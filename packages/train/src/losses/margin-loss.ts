// What all losses share. A loss turns the cosines between embeddings and class centres into logits; the classifier makes them,
// and takes the softmax and the cross-entropy. Notation in the files here: cos = cosine of embedding and centre, theta its angle,
// y the sample's own class, s the scale.
import { ops, type Tensor } from '@insightface-ts/torch';
import { filterInterclass } from './interclass-filter.js';

/** What a classifier knows about a batch. */
export interface LossInput {
  /** `[B, C]`: cosines in [-1, 1] with the classes at hand; plain dot products where {@link MarginLoss.similarity} says so. */
  readonly cosines: Tensor;
  /** `[B]`, int64: the column of the sample's own class; -1 where that class is not among the columns (it is on another rank). */
  readonly labels: Tensor;
  /** `[B]`: lengths of the embeddings before they were normalised, with their gradient. */
  readonly norms: Tensor;
  /** Adds up a tensor over all ranks that share the classes; gives it back as it is when there is one rank only. */
  sumOverRanks(tensor: Tensor): Tensor;
  /** Values of this batch, `[B, ...]`, to those of all ranks' batches, without gradient; as it is when this is all of them. */
  joinBatch(values: Tensor): Tensor;
}

/** Settings that every loss has. */
export interface MarginLossOptions {
  /** s, the inverse temperature of the softmax. */
  readonly scale?: number;
  /**
   * Cosines with foreign classes above this are set to 0 and learn nothing: those classes are likely the same person under
   * another name. InsightFace takes 0.4 for noisy data; absent: no filter.
   */
  readonly interclassFilter?: number;
}

/** What a loss carries from step to step, such as running means; it belongs into checkpoints. */
export type LossState = Readonly<Record<string, number>>;

/** A margin softmax loss. It is in training mode always: validation needs no margin. */
export abstract class MarginLoss {
  readonly scale: number;
  readonly interclassFilter: number | undefined;
  /** Centres per class; a class's cosine is that of its nearest centre. */
  readonly centresPerClass: number = 1;
  /** What the loss takes: cosines, or dot products of embeddings and centres as they are. */
  readonly similarity: 'cosine' | 'dot' = 'cosine';

  constructor(options: MarginLossOptions, defaultScale: number) {
    this.scale = options.scale ?? defaultScale;
    this.interclassFilter = options.interclassFilter;
  }

  /** The scaled logits, `[B, C]`. Call it once a batch: some losses take statistics of the batch. */
  logits(input: LossInput): Tensor {
    const { interclassFilter, scale } = this;
    const cosines =
      interclassFilter === undefined
        ? input.cosines
        : filterInterclass(input.cosines, input.labels, interclassFilter);
    const adjusted = this.applyMargin({ ...input, cosines });
    return scale === 1 ? adjusted : ops.mul(adjusted, scale);
  }

  /** A mean over the batch that is added to the cross-entropy, from the embeddings' lengths `[B]`; undefined for none. */
  penalty(_norms: Tensor): Tensor | undefined {
    return undefined;
  }

  /** A copy of the running statistics. */
  get state(): LossState {
    return {};
  }

  /** Goes on from the running statistics of a checkpoint. */
  restore(_state: LossState): void {}

  /** The cosines with the margin in them, before the scale. */
  protected abstract applyMargin(input: LossInput): Tensor;
}
