// Modules one after another; their names are their numbers, as in PyTorch's `nn.Sequential`.
import type { OnnxGraph } from '../export/onnx-graph.js';
import type { Tensor } from '../tensor.js';
import { chain, Module } from './module.js';

/** State-dict keys are `0.weight`, `1.weight`, ... */
export class Sequential extends Module {
  readonly #modules: readonly Module[];

  constructor(...modules: readonly Module[]) {
    super();
    this.#modules = modules;
  }

  forward(x: Tensor): Tensor {
    return chain(x, this.#modules);
  }

  override namedChildren(): Map<string, Module> {
    return new Map(this.#modules.map((module, index) => [String(index), module]));
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.chain(input, this.#modules);
  }
}
