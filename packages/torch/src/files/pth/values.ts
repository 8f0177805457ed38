// What the pickle of a checkpoint can hold: plain data, tensors, and names that are looked at but never resolved.
import type { DType } from '../../tensor.js';
import type { StoredTensor } from '../stored-tensor.js';

/** `null` is None; lists and tuples are arrays, dictionaries of every kind are Maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | PickleName
  | Storage
  | StoredTensor;

/** A dictionary; its order is the file's. */
export class PickleDict extends Map<PickleValue, PickleValue> {}

/** A Python name from the allow-list, such as `torch.float32`. */
export class PickleName {
  constructor(readonly name: string) {}
}

/** A run of elements in the file that tensors look into; `bytes` is filled once it is read. */
export class Storage {
  bytes: Uint8Array | undefined;

  constructor(
    readonly dtype: DType,
    readonly key: string,
    /** Elements. */
    readonly length: number,
  ) {}
}

/** Where in a storage a tensor's elements are; counted in elements. */
export interface TensorView {
  readonly tensor: StoredTensor;
  readonly storage: Storage;
  readonly offset: number;
  readonly strides: readonly number[];
}
