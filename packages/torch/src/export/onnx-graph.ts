// What a module's `toOnnx` writes into: a graph whose constants are the module's own tensors under their state-dict names.
import {
  DataType,
  type Dimension,
  floatTensor,
  GraphBuilder,
  type Model,
  type NodeOptions,
} from '@insightface-ts/onnx';
import type { Module } from '../nn/module.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** How a parameter becomes a constant. */
export interface WeightOptions {
  /** Another shape for the same elements. */
  readonly dims?: readonly number[];
  /** Swaps the two axes of a matrix. */
  readonly transpose?: boolean;
}

/** A graph in the making. Values are named by strings, as in ONNX. */
export class OnnxGraph {
  readonly #builder = new GraphBuilder('network');
  readonly #names: ReadonlyMap<Tensor, string>;
  readonly #constants = new Map<string, string>();

  /** @param root its state dict names the constants. */
  constructor(root: Module) {
    this.#names = new Map([...root.stateDict()].map(([name, tensor]) => [tensor, name]));
  }

  /** Adds an operator of opset 17 and returns the name of its first output. */
  node(opType: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.#builder.node(opType, inputs, options);
  }

  /** A parameter or buffer as a constant of 32-bit floats; twice the same gives one constant. */
  weight(tensor: Tensor, options: WeightOptions = {}): string {
    const name = this.#names.get(tensor) ?? 'constant';
    const dims = options.dims ?? (options.transpose ? [...tensor.shape].reverse() : tensor.shape);
    const key = `${name}[${dims}]${options.transpose ?? false}`;
    const known = name === 'constant' ? undefined : this.#constants.get(key);
    if (known) return known;
    const values = noGrad(() =>
      tidy(() => {
        const elements = new Float32Array(tensor.size);
        return (options.transpose ? ops.t(tensor) : tensor).to({ device: 'cpu' }).into(elements);
      }),
    );
    const constant = this.#builder.tensor(floatTensor(this.#builder.unique(name), dims, values));
    this.#constants.set(key, constant);
    return constant;
  }

  /** A single number, 32-bit float. */
  scalar(value: number): string {
    return this.#once(`scalar_${value}`, name => this.#builder.float32(name, [], [value]));
  }

  /** A single whole number, 64 bits: an index. */
  integer(value: number): string {
    return this.#once(`index_${value}`, name => this.#builder.int64(name, [], [value]));
  }

  /** A list of whole numbers, 64 bits: a shape, axes. */
  integers(values: readonly number[]): string {
    return this.#once(`integers_${values.join('_')}`, name =>
      this.#builder.int64(name, [values.length], values),
    );
  }

  /** Another shape; 0 keeps an axis, -1 takes what is left. */
  reshape(input: string, shape: readonly number[]): string {
    return this.node('Reshape', [input, this.integers(shape)]);
  }

  /** Axes in another order. */
  transpose(input: string, order: readonly number[]): string {
    return this.node('Transpose', [input], { attributes: { perm: { kind: 'ints', value: order } } });
  }

  /** All axes but the first in one. */
  flatten(input: string): string {
    return this.node('Flatten', [input], { attributes: { axis: { kind: 'int', value: 1 } } });
  }

  /** Sum of two values. */
  add(a: string, b: string): string {
    return this.node('Add', [a, b]);
  }

  /** Modules one after another, as `chain` calls them. */
  chain(input: string, modules: Iterable<Module>): string {
    let at = input;
    for (const module of modules) at = module.toOnnx(this, at);
    return at;
  }

  /** Declares the graph's input and returns its name. */
  input(name: string, dims: readonly Dimension[]): string {
    return this.#builder.input(name, dims, DataType.float32);
  }

  /** Ends the graph with one output. */
  build(output: string, name: string, dims: readonly Dimension[]): Model {
    // The output needs a name of its own, even where the last node is a constant or the input itself.
    this.node('Identity', [output], { outputs: [name] });
    this.#builder.output(name, dims);
    return this.#builder.build();
  }

  #once(name: string, make: (name: string) => string): string {
    const known = this.#constants.get(name);
    if (known) return known;
    const made = make(this.#builder.unique(name));
    this.#constants.set(name, made);
    return made;
  }
}
