// State dicts in files: safetensors both ways, PyTorch's own format to read.
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { invalid, naming } from './invalid.js';
import { readPth } from './pth/read-pth.js';
import { PickleDict, type PickleValue } from './pth/values.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import { StoredTensor } from './stored-tensor.js';

/** Where training programs put the network's own state in a larger checkpoint. */
const usualKeys = ['state_dict', 'state_dict_backbone', 'model_state_dict', 'model'];

/**
 * Writes tensors as safetensors; the file appears whole or not at all.
 * @throws TorchError `WRITE_FAILED`
 */
export async function saveStateDict(
  path: string,
  state: ReadonlyMap<string, Tensor>,
  metadata?: ReadonlyMap<string, string>,
): Promise<void> {
  const stored = new Map([...state].map(([name, tensor]) => [name, StoredTensor.of(tensor)]));
  await writeSafetensors(path, stored, metadata);
}

/**
 * Reads a state dict from `.safetensors`, or from what `torch.save` wrote. In a larger checkpoint it looks under
 * `state_dict`, `state_dict_backbone`, `model_state_dict` and `model`; a `module.` that DataParallel put before all names goes.
 * Dispose of the tensors after use.
 * @param options.key where else the state dict is in the checkpoint.
 * @throws TorchError `FILE_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export async function readStateDict(
  path: string,
  options: { readonly key?: string } = {},
): Promise<Map<string, Tensor>> {
  const stored = await readStoredStateDict(path, options.key);
  return new Map([...stored].map(([name, tensor]) => [name, tensor.toTensor()]));
}

/** Reads a file's state dict straight into a module's tensors; see {@link readStateDict} and `Module.loadStateDict`. */
export async function loadStateDictFile(
  module: { loadStateDict(state: ReadonlyMap<string, Tensor>, options?: { strict?: boolean }): unknown },
  path: string,
  options: { readonly key?: string; readonly strict?: boolean } = {},
): Promise<void> {
  const stored = await readStoredStateDict(path, options.key);
  tidy(() => {
    const state = new Map([...stored].map(([name, tensor]) => [name, tensor.toTensor()]));
    module.loadStateDict(state, { strict: options.strict ?? true });
  });
}

async function readStoredStateDict(
  path: string,
  key: string | undefined,
): Promise<Map<string, StoredTensor>> {
  if (path.endsWith('.safetensors')) return (await readSafetensors(path)).tensors;
  const value = await readPth(path);
  return naming(path, async () => {
    const found = key === undefined ? firstStateDict(value) : stateDict(member(value, key));
    if (!found)
      throw invalid(
        `it holds no state dict${key === undefined ? '' : ` under ${key}`}; its keys are ${keysOf(value)}`,
      );
    return withoutModulePrefix(found);
  });
}

function firstStateDict(value: PickleValue): Map<string, StoredTensor> | undefined {
  return [value, ...usualKeys.map(key => member(value, key))]
    .map(stateDict)
    .find(found => found !== undefined);
}

/** A dictionary with names of tensors only, and at least one. */
function stateDict(value: PickleValue): Map<string, StoredTensor> | undefined {
  if (!(value instanceof PickleDict) || value.size === 0) return undefined;
  const state = new Map<string, StoredTensor>();
  for (const [name, tensor] of value) {
    if (typeof name !== 'string' || !(tensor instanceof StoredTensor)) return undefined;
    state.set(name, tensor);
  }
  return state;
}

function member(value: PickleValue, key: string): PickleValue {
  return value instanceof PickleDict ? (value.get(key) ?? null) : null;
}

function withoutModulePrefix(state: Map<string, StoredTensor>): Map<string, StoredTensor> {
  const prefix = 'module.';
  if (![...state.keys()].every(name => name.startsWith(prefix))) return state;
  return new Map([...state].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

function keysOf(value: PickleValue): string {
  if (!(value instanceof PickleDict)) return 'none';
  const keys = [...value.keys()].filter(key => typeof key === 'string');
  return keys.slice(0, 10).join(', ');
}
