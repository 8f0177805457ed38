// The weights of a TF.js model: one after the other in the bytes of all shards, as weightsManifest lists them.
// Quantisation: float16 (IEEE half), or uint8 / uint16 with value = stored * scale + min.
import type { Constant } from '../channels-last/constant.js';
import { float16ToFloat32 } from '../channels-last/float16.js';
import { OnnxError } from '../errors.js';
import { elementCount } from '../tensor.js';
import {
  asArray,
  asInteger,
  asNumber,
  asObject,
  asString,
  corruptTfjs,
  type JsonObject,
  member,
} from './json.js';

const ELEMENT_SIZES = { float32: 4, int32: 4, bool: 1, float16: 2, uint8: 1, uint16: 2 } as const;
type StoredType = keyof typeof ELEMENT_SIZES;

interface Entry {
  readonly name: string;
  readonly dims: readonly number[];
  readonly isInteger: boolean;
  readonly stored: StoredType;
  readonly scale: number;
  readonly min: number;
}

/** Makers of all constants by name. */
export function readTfjsWeights(json: unknown, weights: Uint8Array): Map<string, () => Constant> {
  const groups = asArray(member(asObject(json, 'model.json'), 'weightsManifest'), 'weightsManifest');
  const constants = new Map<string, () => Constant>();
  let offset = 0;
  for (const group of groups)
    for (const item of asArray(member(asObject(group, 'a group of weights'), 'weights'), 'weights')) {
      const entry = readEntry(asObject(item, 'a weight'));
      const length = elementCount(entry.dims) * ELEMENT_SIZES[entry.stored];
      if (constants.has(entry.name)) throw corruptTfjs(`the weight ${entry.name} is there twice`);
      if (offset + length > weights.byteLength)
        throw corruptTfjs(`its weights end at ${weights.byteLength} bytes, before ${entry.name}`);
      const view = new DataView(weights.buffer, weights.byteOffset + offset, length);
      constants.set(entry.name, () => readConstant(entry, view));
      offset += length;
    }
  if (offset !== weights.byteLength)
    throw corruptTfjs(`its weights should have ${offset} bytes, not ${weights.byteLength}`);
  return constants;
}

function readEntry(entry: JsonObject): Entry {
  const name = asString(member(entry, 'name'), 'the name of a weight');
  const dims = asArray(member(entry, 'shape'), `the shape of ${name}`).map(size =>
    asInteger(size, `the shape of ${name}`),
  );
  if (dims.some(size => size < 0)) throw corruptTfjs(`${name} has a negative size`);
  const type = asString(member(entry, 'dtype'), `the type of ${name}`);
  const quantization = member(entry, 'quantization');
  const isInteger = type === 'int32' || type === 'bool';
  if (!isInteger && type !== 'float32') throw unsupportedType(name, type);
  if (quantization === undefined) return { name, dims, isInteger, stored: type, scale: 1, min: 0 };
  const how = asObject(quantization, `the quantization of ${name}`);
  const stored = asString(member(how, 'dtype'), `the quantization of ${name}`);
  if (stored === 'float16') return { name, dims, isInteger, stored, scale: 1, min: 0 };
  if (stored !== 'uint8' && stored !== 'uint16') throw unsupportedType(name, stored);
  const scale = asNumber(member(how, 'scale'), `the scale of ${name}`);
  return {
    name,
    dims,
    isInteger,
    stored,
    scale,
    min: asNumber(member(how, 'min'), `the minimum of ${name}`),
  };
}

function readConstant({ dims, isInteger, stored, scale, min }: Entry, view: DataView): Constant {
  const count = { length: elementCount(dims) };
  const element = reader(stored, view);
  const value = (index: number) => element(index) * scale + min;
  if (isInteger) return { kind: 'int64', dims, values: Array.from(count, (_, i) => Math.round(value(i))) };
  return { kind: 'float32', dims, values: Float32Array.from(count, (_, i) => value(i)) };
}

function reader(stored: StoredType, view: DataView): (index: number) => number {
  switch (stored) {
    case 'float32':
      return i => view.getFloat32(4 * i, true);
    case 'int32':
      return i => view.getInt32(4 * i, true);
    case 'float16':
      return i => float16ToFloat32(view.getUint16(2 * i, true));
    case 'uint16':
      return i => view.getUint16(2 * i, true);
    case 'uint8':
    case 'bool':
      return i => view.getUint8(i);
  }
}

function unsupportedType(name: string, type: string): OnnxError {
  return new OnnxError(
    'MODEL_UNSUPPORTED',
    `The weight ${name} has the type ${type}, which is not supported.`,
  );
}
