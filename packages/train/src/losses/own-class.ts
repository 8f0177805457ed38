// Getting at the cosine of each sample's own class, which on a rank without that class is not there (label -1).
import { ops, type Tensor } from '@insightface-ts/torch';

/** `[B, 1]`: the cosine with the own class; where it is not at hand, one with another class, to be ignored. */
export function ownCosines(cosines: Tensor, labels: Tensor): Tensor {
  return ops.gather(cosines, 1, columns(labels));
}

/** `[B, 1]`, bool: whether the own class is among the columns. */
export function hasOwnClass(labels: Tensor): Tensor {
  return ops.unsqueeze(ops.ge(labels, 0), 1);
}

/** The cosines with those of the own classes replaced by `values`, `[B, 1]`; rows without their class stay as they are. */
export function replaceOwn(cosines: Tensor, labels: Tensor, values: Tensor): Tensor {
  const kept = ops.where(hasOwnClass(labels), values, ownCosines(cosines, labels));
  return ops.scatter(cosines, 1, columns(labels), kept);
}

/** `[B, C]`, bool: true at the own class of each row. */
export function ownClassMask(cosines: Tensor, labels: Tensor): Tensor {
  const none = ops.zerosLike(cosines, 'bool');
  return ops.scatter(none, 1, columns(labels), hasOwnClass(labels));
}

/**
 * `[B, 1]`, without gradient: the cosine with the own class on whichever rank holds it.
 * @param sumOverRanks see LossInput.
 */
export function ownCosinesOverRanks(
  cosines: Tensor,
  labels: Tensor,
  sumOverRanks: (tensor: Tensor) => Tensor,
): Tensor {
  const own = ops.detach(ownCosines(cosines, labels));
  return sumOverRanks(ops.maskedFill(own, ops.logicalNot(hasOwnClass(labels)), 0));
}

function columns(labels: Tensor): Tensor {
  return ops.unsqueeze(ops.clampMin(labels, 0), 1);
}
