// The slow and obvious derivative: central differences in float64.
import { ops, type Tensor, tensor, tidy } from '@insightface-ts/torch';

const STEP = 1e-6;

/**
 * Compares backward with differences, for a function of several float64 tensors that gives one number.
 * @returns the largest difference over all elements, as a part of the largest derivative.
 */
export function gradientError(inputs: readonly Tensor[], f: (inputs: readonly Tensor[]) => Tensor): number {
  const exact = tidy(() => {
    const leaves = inputs.map(input => {
      const leaf = ops.clone(input);
      leaf.requiresGrad = true;
      return leaf;
    });
    f(leaves).backward();
    return leaves.map(leaf => Float64Array.from(leaf.grad?.data() ?? new Float64Array(leaf.size), Number));
  });
  let largest = 0;
  let error = 0;
  for (const [which, input] of inputs.entries()) {
    const values = Float64Array.from(input.data(), Number);
    for (const [place, value] of values.entries()) {
      const at = (shifted: number) =>
        tidy(() => {
          const moved = tensor(values.with(place, shifted), input.shape);
          return f(inputs.with(which, moved)).item();
        });
      const difference = (at(value + STEP) - at(value - STEP)) / (2 * STEP);
      const derivative = exact[which]![place]!;
      largest = Math.max(largest, Math.abs(difference));
      error = Math.max(error, Math.abs(difference - derivative));
    }
  }
  return error / largest;
}
