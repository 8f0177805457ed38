// TFLite files made by hand, for tests (tensorflow/lite/schema/schema.fbs). FlatBuffers without alignment, which the
// reader does not need: each table lies behind its vtable, and what it points to comes after.
import { operatorName } from '../tflite/operator-names.js';
import type { Numbers } from './plain-operators.js';

/** One field of a table; `undefined` leaves it out. */
export type Field =
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly float32: number }
  | { readonly ints: readonly number[] }
  | { readonly bytes: Uint8Array }
  | { readonly table: readonly (Field | undefined)[] }
  | { readonly tables: readonly (readonly (Field | undefined)[])[] }
  | undefined;

export interface TestTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Constants have values; int32 when they are a plain list. */
  readonly values?: Float32Array | readonly number[];
}

export interface TestOperator {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly options?: readonly Field[];
}

/** A file with these tensors and operators. */
export function tfliteFile(
  tensors: readonly TestTensor[],
  operators: readonly TestOperator[],
  inputs: readonly string[],
  outputs: readonly string[],
): Uint8Array {
  const number = (name: string) => tensors.findIndex(tensor => tensor.name === name);
  const writer = new FlatWriter();
  const types = [...new Set(operators.map(operator => operator.type))];
  writer.root([
    { int32: 3 },
    { tables: types.map(type => [{ int8: 0 }, undefined, undefined, { int32: operatorNumber(type) }]) },
    {
      tables: [
        [
          { tables: tensors.map(tensorFields) },
          { ints: inputs.map(number) },
          { ints: outputs.map(number) },
          {
            tables: operators.map(operator => [
              { int32: types.indexOf(operator.type) },
              { ints: operator.inputs.map(number) },
              { ints: [number(operator.output)] },
              undefined,
              operator.options && { table: operator.options },
            ]),
          },
        ],
      ],
    },
    undefined,
    // Buffer 0 is empty by rule; tensor i has buffer i + 1.
    { tables: [[], ...tensors.map(({ values }) => (values ? [{ bytes: bytesOf(values) }] : []))] },
  ]);
  return writer.finish();
}

/** A constant of floats. */
export function constant(name: string, { data, dims }: Numbers): TestTensor {
  return { name, dims, values: data };
}

function tensorFields({ name, dims, values }: TestTensor, index: number): Field[] {
  const type = values && !(values instanceof Float32Array) ? 2 : 0;
  return [{ ints: dims }, { int8: type }, { int32: index + 1 }, { bytes: new TextEncoder().encode(name) }];
}

function bytesOf(values: Float32Array | readonly number[]): Uint8Array {
  const array = values instanceof Float32Array ? values : Int32Array.from(values);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function operatorNumber(type: string): number {
  for (let code = 0; code < 256; code++) if (operatorName(code, '') === type) return code;
  throw new Error(`No operator is called ${type}.`);
}

class FlatWriter {
  readonly #bytes: number[] = [];

  root(fields: readonly Field[]): void {
    this.#u32(0);
    this.#bytes.push(...new TextEncoder().encode('TFL3'));
    this.#patch(0, this.#table(fields));
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** Writes a table and what it points to; returns its position. */
  #table(fields: readonly Field[]): number {
    const vtable = this.#bytes.length;
    this.#u16(4 + 2 * fields.length);
    this.#u16(4 + 4 * fields.length);
    for (const [index, field] of fields.entries()) this.#u16(field ? 4 + 4 * index : 0);
    const position = this.#bytes.length;
    this.#u32(position - vtable);
    const later: (() => void)[] = [];
    for (const field of fields) {
      const at = this.#bytes.length;
      this.#u32(0);
      if (!field) continue;
      if ('int8' in field || 'int32' in field)
        this.#patchValue(at, 'int8' in field ? field.int8 : field.int32);
      else if ('float32' in field)
        this.#patchValue(at, new DataView(Float32Array.of(field.float32).buffer).getInt32(0, true));
      else later.push(() => this.#patch(at, this.#pointedTo(field)));
    }
    for (const write of later) write();
    return position;
  }

  #pointedTo(
    field: Exclude<Field, undefined | { int8: number } | { int32: number } | { float32: number }>,
  ): number {
    if ('table' in field) return this.#table(field.table);
    const position = this.#bytes.length;
    if ('bytes' in field) {
      this.#u32(field.bytes.length);
      for (const byte of field.bytes) this.#bytes.push(byte);
    } else if ('ints' in field) {
      this.#u32(field.ints.length);
      for (const value of field.ints) this.#u32(value);
    } else {
      this.#u32(field.tables.length);
      const places = field.tables.map(() => {
        this.#u32(0);
        return this.#bytes.length - 4;
      });
      for (const [index, table] of field.tables.entries())
        this.#patch(places[index] as number, this.#table(table));
    }
    return position;
  }

  /** An offset counts from where it stands. */
  #patch(at: number, position: number): void {
    this.#patchValue(at, position - at);
  }

  #patchValue(at: number, value: number): void {
    for (let byte = 0; byte < 4; byte++) this.#bytes[at + byte] = (value >> (8 * byte)) & 255;
  }

  #u16(value: number): void {
    this.#bytes.push(value & 255, value >> 8);
  }

  #u32(value: number): void {
    const at = this.#bytes.length;
    this.#bytes.push(0, 0, 0, 0);
    this.#patchValue(at, value);
  }
}

/** Numbers of TFLite's activations. */
export const activation = { none: 0, relu: 1, reluN1To1: 2, relu6: 3 } as const;
