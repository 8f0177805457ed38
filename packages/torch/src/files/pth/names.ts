// The allow-list: every Python name that a checkpoint may mention, and what it stands for here. Nothing is imported or called;
// any other name refuses the whole file, so code in a pickle never runs.
import { TorchError } from '../../errors.js';
import type { DType } from '../../tensor.js';
import { invalid } from '../invalid.js';
import { areSizes, isSize } from '../sizes.js';
import { elementsOf, StoredTensor } from '../stored-tensor.js';
import { PickleDict, PickleName, type PickleValue, Storage, type TensorView } from './values.js';

const storageTypes: ReadonlyMap<string, DType> = new Map([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
  ['torch.UntypedStorage', 'uint8'],
  ['torch.storage.UntypedStorage', 'uint8'],
]);

const rebuildTensor = new Set(['torch._utils._rebuild_tensor', 'torch._utils._rebuild_tensor_v2']);
const dictionaries = new Set(['collections.OrderedDict', 'collections.defaultdict', 'collections.Counter']);
const others = new Set([
  'torch._utils._rebuild_parameter',
  'torch.Size',
  'torch.device',
  '_codecs.encode',
  'builtins.int',
  'builtins.list',
]);
const types = /^torch\.(float(16|32|64)|bfloat16|u?int8|int(16|32|64)|bool|half|float|double|long|int)$/;

/** @throws TorchError `CHECKPOINT_INVALID` for a name that is not on the list. */
export function allowedName(module: PickleValue, member: PickleValue): PickleName {
  if (typeof module !== 'string' || typeof member !== 'string')
    throw invalid('a name in its pickle is no text');
  const name = `${module}.${member}`;
  const isAllowed =
    storageTypes.has(name) ||
    rebuildTensor.has(name) ||
    dictionaries.has(name) ||
    others.has(name) ||
    types.test(name);
  if (isAllowed) return new PickleName(name);
  throw new TorchError(
    'CHECKPOINT_INVALID',
    `This checkpoint asks for the Python object ${JSON.stringify(name.slice(0, 100))}, which is no plain data; nothing was run. Save the state dict alone: torch.save(model.state_dict(), path).`,
  );
}

/**
 * What a call of a name on the list gives.
 * @param addView told of every tensor, whose bytes are filled in later.
 * @param spend told how many items or bytes a call copies: values may be remembered once and copied often.
 */
export function construct(
  { name }: PickleName,
  parameters: readonly PickleValue[],
  addView: (view: TensorView) => void,
  spend: (count: number) => void,
): PickleValue {
  const [first, second] = parameters;
  if (rebuildTensor.has(name)) {
    const view = tensorView(parameters);
    addView(view);
    return view.tensor;
  }
  if (name === 'torch._utils._rebuild_parameter' && first instanceof StoredTensor) return first;
  if (dictionaries.has(name)) return dictionary(first, spend);
  if (name === 'torch.Size' && Array.isArray(first)) return first;
  if (name === 'torch.device' && typeof first === 'string') return first;
  if (name === '_codecs.encode' && typeof first === 'string' && second === 'latin1') {
    spend(first.length);
    return new Uint8Array(Buffer.from(first, 'latin1'));
  }
  throw invalid(`its pickle calls ${name} in a way that gives no data`);
}

/** The storage that a persistent id tells of: ('storage', type, key, place, length, view of another storage?). */
export function storageOf(id: PickleValue): Storage {
  const [kind, type, key, , length, view] = Array.isArray(id) ? id : [];
  const dtype = type instanceof PickleName ? storageTypes.get(type.name) : undefined;
  if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isSize(length))
    throw invalid('its pickle refers to data in an unknown way');
  if (view !== undefined && view !== null)
    throw invalid('it was saved with views of storages by PyTorch before 0.4');
  return new Storage(dtype, key, length);
}

function tensorView(parameters: readonly PickleValue[]): TensorView {
  const [storage, offset, shape, strides] = parameters;
  if (!(storage instanceof Storage) || !isSize(offset) || !areSizes(shape) || !areSizes(strides))
    throw invalid('a tensor in it is damaged');
  const isEmpty = elementsOf(shape) === 0;
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? Number.NaN), offset);
  if (shape.length !== strides.length || (!isEmpty && !(last < storage.length)))
    throw invalid('a tensor in it reaches beyond its data');
  // An expanded tensor (stride 0) can claim any size: only as many elements as there are stored are believed.
  if (elementsOf(shape) > storage.length)
    throw invalid('a tensor in it claims more elements than are stored');
  // Copies: the pickle could go on changing the lists it gave.
  const tensor = new StoredTensor(storage.dtype, [...shape], new Uint8Array(0));
  return { tensor, storage, offset, strides: [...strides] };
}

function dictionary(items: PickleValue | undefined, spend: (count: number) => void): PickleDict {
  const result = new PickleDict();
  if (!(items instanceof PickleDict) && !Array.isArray(items)) return result;
  spend(items instanceof PickleDict ? items.size : items.length);
  for (const item of items) if (Array.isArray(item)) result.set(item[0] ?? null, item[1] ?? null);
  return result;
}
