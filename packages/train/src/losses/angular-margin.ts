// cos(theta + m) and its kin, and the gradient through the arccos.
// Exact: d cos(theta + m) / d cos = sin(theta + m) / sin(theta), which grows without bound as theta goes to 0.
// Straight-through: 1, as InsightFace's arcface_torch has it; the margin then shapes the softmax, not the slope.
// Guard (https://arxiv.org/abs/2004.00288, https://arxiv.org/abs/1801.07698): beyond theta + m = pi the cosine would rise again; there
// cos - m sin(m) goes on falling (or cos - (1 - cos(m)), for m above 2.33, so that it falls there too).
import { noGrad, ops, type Tensor } from '@insightface-ts/torch';

/** How the own class's logit is differentiated by its cosine. */
export type ArccosGradient = 'exact' | 'straightThrough';

/** Settings of losses that turn angles. */
export interface AngularOptions {
  /** Each loss's default is that of its authors' code. */
  readonly gradient?: ArccosGradient;
  /** Keeps the logit falling where the turned angle goes beyond pi; true by default. */
  readonly guard?: boolean;
}

// Keeps square roots and quotients finite at cos = +-1; sin is then 1e-6.
const LEAST_SQUARED_SINE = 1e-12;

/** sin(theta) from cos(theta), for theta in [0, pi]; its gradient is 0 at the ends. */
export function sine(cosine: Tensor): Tensor {
  // (1 - c)(1 + c) keeps the digits that 1 - c^2 loses near 1.
  const squared = ops.mul(ops.add(ops.neg(cosine), 1), ops.add(cosine, 1));
  return ops.sqrt(ops.clampMin(squared, LEAST_SQUARED_SINE));
}

/** theta in [0, pi] from its cosine; the gradient is finite everywhere. */
export function angle(cosine: Tensor): Tensor {
  return ops.atan2(sine(cosine), cosine);
}

/** cos(theta + margin), the margin in radians, from 0 to pi: one for all or `[B, 1]`. */
export function cosineOfSum(cosine: Tensor, margin: number | Tensor, guard: boolean): Tensor {
  const { cos, sin, drop } = parts(margin);
  const turned = ops.sub(ops.mul(cosine, cos), ops.mul(sine(cosine), sin));
  if (!guard) return turned;
  // theta + m < pi is the same as cos(theta) > cos(pi - m) = -cos(m).
  return ops.where(ops.gt(ops.add(cosine, cos), 0), turned, ops.sub(cosine, drop));
}

/** Applies a margin with the gradient asked for. */
export function withGradient(
  gradient: ArccosGradient,
  cosine: Tensor,
  margin: (cosine: Tensor) => Tensor,
): Tensor {
  if (gradient === 'exact') return margin(cosine);
  const shift = noGrad(() => ops.sub(margin(cosine), cosine));
  return ops.add(cosine, shift);
}

function parts(margin: number | Tensor) {
  if (typeof margin === 'number') {
    const sin = Math.sin(margin);
    const cos = Math.cos(margin);
    return { cos, sin, drop: Math.max(margin * sin, 1 - cos) };
  }
  const [cos, sin] = [ops.cos(margin), ops.sin(margin)];
  return { cos, sin, drop: ops.maximum(ops.mul(margin, sin), ops.sub(ops.neg(cos), -1)) };
}
