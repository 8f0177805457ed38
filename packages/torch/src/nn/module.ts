// The base of all layers and networks. Names, order and kinds of tensors are those of PyTorch's `nn.Module`, so that state
// dicts go both ways: a tensor in an own property is a parameter or a buffer, a module in one (or in an array) is a child.
import { TorchError } from '../errors.js';
import type { OnnxGraph } from '../export/onnx-graph.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import { type DType, Tensor } from '../tensor.js';
import { isBuffer } from './parameter.js';

/** Which keys of a state dict had no place, and which places had no key. */
export interface StateDictDifference {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
}

/** Told of every finished `call()`, inner modules first. */
export type CallObserver = (module: Module, input: Tensor, output: Tensor) => void;

let observer: CallObserver | undefined;

/** Runs `body` and tells of every module called within it. */
export function observeCalls<T>(observe: CallObserver, body: () => T): T {
  const before = observer;
  observer = observe;
  try {
    return body();
  } finally {
    observer = before;
  }
}

/**
 * A layer or a network.
 *
 * @example
 * ```ts
 * class Perceptron extends Module {
 *   readonly hidden = new Linear(8, 16);
 *   readonly activation = new PReLU(16);
 *   readonly output = new Linear(16, 2);
 *   forward(x: Tensor): Tensor {
 *     return chain(x, [this.hidden, this.activation, this.output]);
 *   }
 * }
 * const y = new Perceptron().call(randn([4, 8])); // [4, 2]
 * ```
 */
export abstract class Module {
  #training = true;

  /** What the module computes. Call it through {@link call}, which frees what the computation leaves behind. */
  abstract forward(x: Tensor): Tensor;

  /** Runs {@link forward} in a scope of its own: activations live on in the autograd graph only, and only if it needs them. */
  call(x: Tensor): Tensor {
    const y = tidy(() => this.forward(x));
    observer?.(this, x, y);
    return y;
  }

  /** Whether the module is in training mode (the default) or in evaluation mode. */
  get training(): boolean {
    return this.#training;
  }

  /** Sets training mode here and in all modules within. */
  train(on = true): this {
    for (const module of this.modules()) module.#training = on;
    return this;
  }

  /** Sets evaluation mode: running statistics are used and not changed, nothing is dropped. */
  eval(): this {
    return this.train(false);
  }

  /** Runs `body` in evaluation mode, without gradients and in a scope; then every module has its own mode back. */
  evaluating<T>(body: () => T): T {
    const training = this.modules().filter(module => module.#training);
    this.eval();
    try {
      return noGrad(() => tidy(body));
    } finally {
      for (const module of training) module.#training = true;
    }
  }

  /** The modules directly within, in the order of declaration; members of arrays are `name.0`, `name.1`, ... */
  namedChildren(): Map<string, Module> {
    const children = new Map<string, Module>();
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Module) children.set(name, value);
      else if (Array.isArray(value))
        for (const [index, item] of value.entries())
          if (item instanceof Module) children.set(`${name}.${index}`, item);
    }
    return children;
  }

  /** This module, named '', and all within by their paths, outer ones first. */
  namedModules(): Map<string, Module> {
    const modules = new Map<string, Module>([['', this]]);
    for (const [name, child] of this.namedChildren())
      for (const [path, module] of child.namedModules())
        modules.set(path === '' ? name : `${name}.${path}`, module);
    return modules;
  }

  /** This module and all within. */
  modules(): Module[] {
    return [...new Set(this.namedModules().values())];
  }

  /** Parameters by path. A tensor that two modules share has the first one's name. */
  namedParameters(): Map<string, Tensor> {
    return unshared(this.#namedTensors(tensor => !isBuffer(tensor)));
  }

  /** Parameters, frozen ones too. */
  parameters(): Tensor[] {
    return [...this.namedParameters().values()];
  }

  /** Buffers by path. */
  namedBuffers(): Map<string, Tensor> {
    return unshared(this.#namedTensors(isBuffer));
  }

  /** Parameters and buffers by PyTorch's names and in PyTorch's order. They are the live tensors, not copies. */
  stateDict(): Map<string, Tensor> {
    return this.#namedTensors(() => true);
  }

  /**
   * Copies values into parameters and buffers; nothing is changed when an error is thrown.
   * A missing `num_batches_tracked` is no error: PyTorch before 0.4.1 did not write it.
   * @param options.strict false allows missing and unexpected keys (they are returned), never wrong shapes.
   * @throws TorchError `STATE_DICT_MISMATCH`
   */
  loadStateDict(
    state: ReadonlyMap<string, Tensor>,
    options: { readonly strict?: boolean } = {},
  ): StateDictDifference {
    const own = this.stateDict();
    const missing = [...own.keys()].filter(
      name => !state.has(name) && !/(^|\.)num_batches_tracked$/.test(name),
    );
    const unexpected = [...state.keys()].filter(name => !own.has(name));
    if ((options.strict ?? true) && missing.length + unexpected.length > 0)
      throw new TorchError(
        'STATE_DICT_MISMATCH',
        `The state dict does not fit this ${this.constructor.name}:${list(' missing', missing)}${list(' unexpected', unexpected)}. Load it into the network it was saved from, or pass strict: false.`,
      );
    for (const [name, target] of own) {
      const source = state.get(name);
      if (source && source.shape.join() !== target.shape.join())
        throw new TorchError(
          'STATE_DICT_MISMATCH',
          `${name} has shape [${source.shape}] in the state dict, but [${target.shape}] in this ${this.constructor.name}. Load it into a network of the same size.`,
        );
    }
    noGrad(() =>
      tidy(() => {
        for (const [name, target] of own) {
          const source = state.get(name);
          if (source) ops.copy_(target, source);
        }
      }),
    );
    return { missing, unexpected };
  }

  /** Moves parameters and buffers to a device, or floating-point ones to another type. The tensor objects stay the same. */
  to(options: { readonly device?: string; readonly dtype?: DType }): this {
    noGrad(() => {
      for (const tensor of this.stateDict().values()) {
        const { dtype, ...elsewhere } = options;
        const isFloat = tensor.dtype.includes('float');
        tidy(() => ops.setData(tensor, tensor.to(isFloat && dtype ? { ...elsewhere, dtype } : elsewhere)));
      }
    });
    return this;
  }

  /** Stops (or, with false, starts) learning of all parameters here and within. */
  freeze(on = true): this {
    for (const tensor of this.parameters()) tensor.requiresGrad = !on;
    return this;
  }

  /** Frees all parameters and buffers. */
  dispose(): void {
    for (const tensor of new Set(this.stateDict().values())) tensor.dispose();
  }

  /**
   * Adds the module's computation, in evaluation mode, to an ONNX graph, and returns the name of its result.
   * @throws TorchError `EXPORT_UNSUPPORTED` where a class has no such method of its own.
   */
  toOnnx(_graph: OnnxGraph, _input: string): string {
    throw new TorchError(
      'EXPORT_UNSUPPORTED',
      `${this.constructor.name} cannot be written as ONNX: give the class a toOnnx(graph, input) method.`,
    );
  }

  /** Multiply-accumulates of this module alone, without its children, for one call. */
  macs(_input: readonly number[], _output: readonly number[]): number {
    return 0;
  }

  #namedTensors(accept: (tensor: Tensor) => boolean): Map<string, Tensor> {
    const tensors = new Map<string, Tensor>();
    for (const [path, module] of this.namedModules()) {
      const prefix = path === '' ? '' : `${path}.`;
      const own = Object.entries(module).filter(
        (entry): entry is [string, Tensor] => entry[1] instanceof Tensor,
      );
      // PyTorch lists a module's parameters before its buffers.
      for (const wanted of [false, true])
        for (const [name, tensor] of own)
          if (isBuffer(tensor) === wanted && accept(tensor)) tensors.set(prefix + name, tensor);
    }
    return tensors;
  }
}

/**
 * Calls modules one after another and frees each result as soon as the next one has it,
 * which halves the memory of a forward pass without gradients.
 */
export function chain(x: Tensor, modules: Iterable<Module>): Tensor {
  let at = x;
  for (const module of modules) {
    const next = module.call(at);
    if (at !== x && next !== at) at.dispose();
    at = next;
  }
  return at;
}

/** Device and type of a module's first parameter: what its input should have. */
export function placementOf(module: Module): { readonly device?: string; readonly dtype?: DType } {
  const [parameter] = module.parameters();
  return parameter ? { device: parameter.device, dtype: parameter.dtype } : {};
}

function unshared(named: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const seen = new Set<Tensor>();
  return new Map([...named].filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor)));
}

function list(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${what} ${names.slice(0, 3).join(', ')}${more};`;
}
