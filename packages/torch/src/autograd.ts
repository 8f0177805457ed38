// Gradients as values, without touching `grad` of any tensor.
import { native } from './native.js';
import { Tensor } from './tensor.js';

/** How {@link grad} works. */
export interface GradOptions {
  /** Keeps the graph for another pass; createGraph by default. */
  readonly retainGraph?: boolean;
  /** Records the gradient's own computation, for second derivatives; false by default. */
  readonly createGraph?: boolean;
}

/**
 * The derivative of the outputs with respect to each input.
 * @param gradOutputs of the outcome with respect to each output; needed unless outputs hold one element each.
 * @returns one tensor per input, of its shape; undefined where no output depends on it.
 */
export function grad(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  gradOutputs?: readonly Tensor[],
  options: GradOptions = {},
): (Tensor | undefined)[] {
  const handles = (tensors: readonly Tensor[]) => tensors.map(tensor => tensor.handle);
  const createGraph = options.createGraph ?? false;
  return native()
    .grad(
      handles(outputs),
      handles(inputs),
      gradOutputs && handles(gradOutputs),
      options.retainGraph ?? createGraph,
      createGraph,
      true,
    )
    .map(handle => (handle === 0 ? undefined : new Tensor(handle)));
}
