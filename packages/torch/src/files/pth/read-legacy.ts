// PyTorch's format before 1.6: five pickles (magic number, version, machine, value, storage keys), then each storage's
// length (eight bytes) and elements.

import { BYTES } from '../../tensor.js';
import { invalid } from '../invalid.js';
import { fillViews } from './fill-views.js';
import { PickleCursor } from './pickle-cursor.js';
import { unpickle } from './unpickle.js';
import { PickleDict, type PickleValue } from './values.js';

const magicNumber = 0x1950a86a20f9469cfc6cn;
const version = 1001;

/** @throws TorchError `CHECKPOINT_INVALID` */
export function readLegacy(file: Uint8Array): PickleValue {
  const magic = unpickle(file);
  if (magic.value !== magicNumber) throw invalid('it is a pickle, but none that torch.save wrote');
  const protocol = unpickle(file, magic.end);
  if (protocol.value !== version) throw invalid(`its version is not ${version}`);
  const machine = unpickle(file, protocol.end);
  if (machine.value instanceof PickleDict && machine.value.get('little_endian') === false)
    throw invalid('its numbers have the high byte first; save it on a little-endian machine');
  const { value, views, storages, end } = unpickle(file, machine.end);
  const keys = unpickle(file, end);
  if (!Array.isArray(keys.value)) throw invalid('its list of storages is damaged');
  const cursor = new PickleCursor(file, keys.end);
  for (const key of keys.value) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    const length = cursor.length8();
    if (!storage || length !== storage.length)
      throw invalid('a storage in it has another length than it says');
    storage.bytes = cursor.take(length * BYTES[storage.dtype]);
  }
  fillViews(views, storages.values());
  return value;
}
