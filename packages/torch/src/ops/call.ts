// Any operator of libtorch by its name.
import { type NativeEngine, native, type OperatorInfo } from '../native.js';
import { Tensor } from '../tensor.js';

/** A number where an operator takes one. Whole numbers count as integers in type promotion. */
export type Scalar = number | bigint | boolean;

/** An operator, looked up at its first use. */
export class Operator {
  readonly name: string;
  #index = -1;
  #info: OperatorInfo | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get index(): number {
    if (this.#index < 0) this.#index = native().op(this.name);
    return this.#index;
  }

  get info(): OperatorInfo {
    this.#info ??= native().operatorInfo(this.index);
    return this.#info;
  }
}

const operators = new Map<string, Operator>();

/**
 * Calls an operator by its ATen name, such as `call('add.Tensor', a, b)` or `call('relu', x)`. Arguments are given in the
 * order of the schema; missing ones and `undefined` take the schema's defaults, `null` is None; types, devices and memory
 * formats are strings. The result is a tensor, an array of them, a number, or an array of several results; operators that
 * write in place give back the tensor they wrote to.
 * @throws INVALID_ARGUMENT for an unknown operator or an argument of the wrong kind.
 * @throws ENGINE_FAILED when libtorch refuses the values, such as shapes that do not fit.
 */
export function call<R = Tensor>(name: string, ...values: unknown[]): R {
  let operator = operators.get(name);
  if (!operator) {
    operator = new Operator(name);
    operators.set(name, operator);
  }
  const { self, results } = operator.info;
  const result = native().call(operator.index, ...values);
  if (self >= 0) return values[self] as R;
  if (results.length === 1) return wrap(result, results[0]) as R;
  if (results.length === 0) return undefined as R;
  return (result as unknown[]).map((value, index) => wrap(value, results[index])) as R;
}

function wrap(value: unknown, kind: OperatorInfo['results'][number] | undefined): unknown {
  if (kind === 'tensor') return one(value);
  if (kind === 'tensors') return many(value);
  return value;
}

/** @internal A result that is one tensor. */
export function one(value: unknown): Tensor {
  return new Tensor(value as number);
}

/** @internal A result that is a list of tensors. */
export function many(value: unknown): Tensor[] {
  return (value as number[]).map(handle => new Tensor(handle));
}

/** The schemas' names of every operator there is, with overloads, sorted. */
export function listOps(): string[] {
  return native().listOps();
}

/** The operator's signature, such as `aten::relu(Tensor self) -> (Tensor)`. */
export function schema(name: string): string {
  const engine: NativeEngine = native();
  return engine.operatorInfo(engine.op(name)).schema;
}
