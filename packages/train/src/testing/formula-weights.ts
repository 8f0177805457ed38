// Weights and inputs by the formula of golden/backbones.json.
import { type nn, noGrad, ops, type Tensor, tensor, tidy } from '@insightface-ts/torch';
import { mulberry32, symmetric } from './mulberry32.js';

/** Fills every tensor of the state dict; tensor number k has seed 1000 + k. */
export function fillByFormula(module: nn.Module): void {
  let seed = 1000;
  noGrad(() => {
    for (const [name, target] of module.stateDict()) {
      const random = mulberry32(seed++);
      if (name.endsWith('num_batches_tracked')) continue;
      const value = valueFormula(name, target.shape);
      const values = Float32Array.from({ length: target.size }, () => value(random()));
      tidy(() => void ops.copy_(target, tensor(values, target.shape)));
    }
  });
}

function valueFormula(name: string, shape: readonly number[]): (u: number) => number {
  if (name.endsWith('running_mean')) return u => 0.2 * (2 * u - 1);
  if (name.endsWith('running_var')) return u => 0.5 + u;
  if (shape.length >= 2) {
    const bound = Math.sqrt(3 / shape.slice(1).reduce((product, size) => product * size, 1));
    return u => (2 * u - 1) * bound;
  }
  if (name.endsWith('weight')) return u => 0.2 + u;
  return u => 0.2 * (2 * u - 1);
}

/** `[batch, 3, size, size]` of numbers in [-1, 1). */
export function formulaImages(seed: number, batch: number, size = 112): Tensor {
  return tensor(symmetric(seed, batch * 3 * size * size), [batch, 3, size, size]);
}
