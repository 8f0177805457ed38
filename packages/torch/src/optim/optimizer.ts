// What optimizers share: parameters in groups with settings of their own, and a state that saves and restores bit for bit.
import { TorchError } from '../errors.js';
import * as ops from '../ops/index.js';
import { keep, noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';

/** Parameters with a learning rate of their own. `lr` may be changed between steps; `initialLr` is what schedules start from. */
export interface ParameterGroup {
  readonly parameters: readonly Tensor[];
  lr: number;
  initialLr: number;
  weightDecay: number;
}

/** A group as the caller gives it: what is left out comes from the optimizer's settings. */
export interface GroupOptions {
  readonly parameters: readonly Tensor[];
  readonly lr?: number;
  readonly weightDecay?: number;
}

/** Settings that every optimizer has. */
export interface OptimizerOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Penalty on the size of the weights; the optimizer says how it is applied and what it is by default. */
  readonly weightDecay?: number;
}

/** Everything a step depends on: save `tensors` as safetensors and the rest as JSON. */
export interface OptimizerState {
  /** `NUMBER.NAME`: the parameter's number over all groups, and the name of the value, such as `0.momentum`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly groups: readonly {
    readonly lr: number;
    readonly initialLr: number;
    readonly weightDecay: number;
  }[];
  /** Steps taken for each parameter. */
  readonly steps: readonly number[];
}

/** Base of {@link Sgd} and {@link AdamW}. */
export abstract class Optimizer {
  readonly groups: readonly ParameterGroup[];
  readonly #state = new Map<Tensor, Map<string, Tensor>>();
  readonly #steps = new Map<Tensor, number>();

  constructor(
    parameters: readonly Tensor[] | readonly GroupOptions[],
    options: OptimizerOptions,
    defaultDecay: number,
  ) {
    const given = isGroups(parameters) ? parameters : [{ parameters: parameters }];
    this.groups = given.map(group => {
      const lr = group.lr ?? options.lr;
      const weightDecay = group.weightDecay ?? options.weightDecay ?? defaultDecay;
      requireAtLeast('lr', lr, 0);
      requireAtLeast('weightDecay', weightDecay, 0);
      return { parameters: [...group.parameters], lr, initialLr: lr, weightDecay };
    });
    const all = this.parameters();
    if (all.length === 0)
      throw new TorchError('INVALID_ARGUMENT', 'The optimizer has no parameters: pass module.parameters().');
    if (new Set(all).size !== all.length)
      throw new TorchError(
        'INVALID_ARGUMENT',
        'A parameter is in two groups of the optimizer: give it once.',
      );
  }

  /** The parameters of all groups, in order. */
  parameters(): Tensor[] {
    return this.groups.flatMap(group => group.parameters);
  }

  /** Changes every parameter that has a gradient. */
  step(): void {
    noGrad(() => {
      for (const group of this.groups)
        for (const parameter of group.parameters)
          tidy(() => {
            const gradient = parameter.grad;
            if (!gradient) return;
            const count = (this.#steps.get(parameter) ?? 0) + 1;
            this.#steps.set(parameter, count);
            this.update(parameter, gradient, group, count);
          });
    });
  }

  /** Drops all gradients. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = undefined;
  }

  /** The live tensors and numbers. */
  stateDict(): OptimizerState {
    const parameters = this.parameters();
    const tensors = parameters.flatMap((parameter, index) =>
      [...(this.#state.get(parameter) ?? [])].map(([name, value]) => [`${index}.${name}`, value] as const),
    );
    return {
      tensors: new Map(tensors),
      groups: this.groups.map(({ lr, initialLr, weightDecay }) => ({ lr, initialLr, weightDecay })),
      steps: parameters.map(parameter => this.#steps.get(parameter) ?? 0),
    };
  }

  /**
   * Takes over a state, by copying.
   * @throws TorchError `STATE_DICT_MISMATCH` when it belongs to other parameters or groups.
   */
  loadStateDict(state: OptimizerState): void {
    const parameters = this.parameters();
    const entries = [...state.tensors].map(([key, value]) => {
      const [, index = '', name = ''] = /^(\d+)\.(.+)$/.exec(key) ?? [];
      const parameter = parameters[Number(index)];
      if (!parameter || name === '' || value.shape.join() !== parameter.shape.join())
        throw mismatch(`${key} of shape [${value.shape}] fits no parameter`);
      return { parameter, name, value };
    });
    if (state.groups.length !== this.groups.length)
      throw mismatch(`it has ${state.groups.length} groups, not ${this.groups.length}`);
    if (state.steps.length !== parameters.length)
      throw mismatch(`it has ${state.steps.length} parameters, not ${parameters.length}`);
    this.dispose();
    for (const { parameter, name, value } of entries)
      noGrad(() => ops.copy_(this.slot(parameter, name), value));
    for (const [index, parameter] of parameters.entries()) this.#steps.set(parameter, state.steps[index]!);
    for (const [index, group] of this.groups.entries()) Object.assign(group, state.groups[index]);
  }

  /** Frees the optimizer's own tensors. */
  dispose(): void {
    for (const values of this.#state.values()) for (const value of values.values()) value.dispose();
    this.#state.clear();
    this.#steps.clear();
  }

  /** One parameter's step; runs without gradients and in a scope. `count` is 1 at the first step. */
  protected abstract update(parameter: Tensor, gradient: Tensor, group: ParameterGroup, count: number): void;

  /** A tensor kept for the parameter, zeros at first. */
  protected slot(parameter: Tensor, name: string): Tensor {
    const values = this.#state.get(parameter) ?? new Map<string, Tensor>();
    this.#state.set(parameter, values);
    const value = values.get(name) ?? keep(ops.zerosLike(parameter));
    values.set(name, value);
    return value;
  }
}

/** @throws TorchError `INVALID_ARGUMENT` */
export function requireAtLeast(name: string, value: number, least: number): void {
  if (!(value >= least && value < Number.POSITIVE_INFINITY))
    throw new TorchError(
      'INVALID_ARGUMENT',
      `${name} is ${value}: give a finite number of at least ${least}.`,
    );
}

function isGroups(
  parameters: readonly Tensor[] | readonly GroupOptions[],
): parameters is readonly GroupOptions[] {
  return parameters[0] !== undefined && 'parameters' in parameters[0];
}

function mismatch(why: string): TorchError {
  return new TorchError(
    'STATE_DICT_MISMATCH',
    `The optimizer's state does not fit: ${why}. Resume with the network and groups it was saved from.`,
  );
}
