// Gradient clipping by the norm over all parameters (https://arxiv.org/abs/1211.5063), as `torch.nn.utils.clip_grad_norm_`.
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { requireAtLeast } from './optimizer.js';

/**
 * Scales all gradients down so that their common L2 norm is at most `largest`.
 * @returns the norm before; NaN or infinite when a gradient is.
 */
export function clipGradNorm(parameters: readonly Tensor[], largest: number): number {
  requireAtLeast('The largest norm', largest, 0);
  return noGrad(() =>
    tidy(() => {
      const gradients = parameters.flatMap(parameter => parameter.grad ?? []);
      if (gradients.length === 0) return 0;
      const norm = ops.norm(ops.stack(gradients.map(gradient => ops.norm(gradient))));
      // PyTorch multiplies by min(max / (norm + 1e-6), 1) in 32 bits, even where nothing changes.
      const factor = ops.clamp(ops.mul(ops.reciprocal(ops.add(norm, 1e-6)), largest), undefined, 1);
      for (const gradient of gradients) ops.mul_(gradient, factor);
      return Number(norm.item());
    }),
  );
}
