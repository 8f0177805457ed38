// Reads what `torch.save` wrote: `.pth`, `.pt`, `.ckpt`. Data only: code in the file is refused, never run.
import { open } from 'node:fs/promises';
import { invalid, naming } from '../invalid.js';
import { readRange } from '../read-range.js';
import { readArchive } from './read-archive.js';
import { readLegacy } from './read-legacy.js';
import type { PickleValue } from './values.js';

/** Buffers cannot be larger everywhere. */
const largestLegacy = 2 ** 32 - 1;

/**
 * The value that was saved: dictionaries are Maps, tensors are `StoredTensor`s in row-major order.
 * @throws TorchError `FILE_NOT_FOUND`, `CHECKPOINT_INVALID`
 *
 * @example
 * ```ts
 * const value = await readPth('backbone.pth');
 * if (value instanceof PickleDict) value.get('conv1.weight'); // StoredTensor { dtype: 'float32', shape: [64, 3, 3, 3], ... }
 * ```
 */
export async function readPth(path: string): Promise<PickleValue> {
  return naming(path, async () => {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      const [first, second] = await readRange(handle, 0, Math.min(size, 2));
      if (first === 0x50 && second === 0x4b) return await readArchive(handle);
      if (first !== 0x80) throw invalid('it is neither a zip archive nor a pickle');
      if (size > largestLegacy) throw invalid('it is in the format before PyTorch 1.6 and above 4 GB');
      return readLegacy(await readRange(handle, 0, size));
    } finally {
      await handle.close();
    }
  });
}
