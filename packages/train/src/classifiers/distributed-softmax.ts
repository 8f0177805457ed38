// Softmax cross-entropy over classes that are shared out over ranks (https://arxiv.org/abs/2010.05222, section 3): only the row's
// maximum, sum and own logit travel. The loss is log(sum exp(z - max)) + max - z_y, the gradient (p - onehot) / B.
import { noGrad, ops, type Tensor, tidy } from '@insightface-ts/torch';
import { hasOwnClass, ownClassMask, ownCosines } from '../losses/own-class.js';
import type { ClassCollective } from './collective.js';

/** The outcome for a batch; both without history. */
export interface SoftmaxOutcome {
  /** The mean cross-entropy, the same on all ranks. */
  readonly loss: Tensor;
  /** `[B, C]`: its derivative with respect to this rank's logits. */
  readonly gradient: Tensor;
}

/**
 * @param logits `[B, C]` of this rank's classes, for the joined batch of all ranks.
 * @param labels `[B]`: this rank's column of the own class; -1 where another rank holds it.
 * @param probabilityFloor probabilities below it count as it in the loss (not in the gradient); absent: exact.
 */
export function distributedSoftmax(
  logits: Tensor,
  labels: Tensor,
  collective: ClassCollective,
  probabilityFloor?: number,
): SoftmaxOutcome {
  return noGrad(() =>
    tidy(() => {
      const highest = ops.amax(logits, [1], true);
      collective.allReduce(highest, 'max');
      const shifted = ops.sub(logits, highest);
      const exponentials = ops.exp(shifted);
      const sums = ops.sumAlong(exponentials, [1], true);
      collective.allReduce(sums, 'sum');
      const own = ops.maskedFill(ownCosines(shifted, labels), ops.logicalNot(hasOwnClass(labels)), 0);
      collective.allReduce(own, 'sum');
      const losses = ops.sub(ops.log(sums), own);
      const floored =
        probabilityFloor === undefined ? losses : ops.clampMax(losses, -Math.log(probabilityFloor));

      const probabilities = ops.div(exponentials, sums);
      const own01 = ownClassMask(logits, labels).to({ dtype: logits.dtype });
      const gradient = ops.div(ops.sub(probabilities, own01), logits.shape[0]!);
      return { loss: ops.mean(floored), gradient };
    }),
  );
}
