// PyTorch's format since 1.6: a zip archive of stored (never compressed) files, ROOT/data.pkl and ROOT/data/KEY.
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, type ZipFile } from 'yauzl';
import { TorchError } from '../../errors.js';
import { BYTES } from '../../tensor.js';
import { invalid } from '../invalid.js';
import { readRange } from '../read-range.js';
import { fillViews } from './fill-views.js';
import { HandleReader } from './handle-reader.js';
import { unpickle } from './unpickle.js';
import type { PickleValue } from './values.js';

/** No network has as many tensors. */
const mostEntries = 200_000;

/** @throws TorchError `CHECKPOINT_INVALID` */
export async function readArchive(handle: FileHandle): Promise<PickleValue> {
  const { size } = await handle.stat();
  const zip = await orInvalid(() =>
    fromRandomAccessReaderPromise(new HandleReader(handle), size, { lazyEntries: true, autoClose: false }),
  );
  const entries = await readDirectory(zip, size);
  const pickleName = [...entries.keys()].find(name => name.endsWith('/data.pkl'));
  if (!pickleName) throw invalid('it is a zip archive without data.pkl, and was not written by torch.save');
  const root = pickleName.slice(0, -'data.pkl'.length);
  const member = (name: string) => readMember(handle, zip, entries.get(root + name), name);
  if (entries.has(`${root}constants.pkl`))
    throw invalid('it is a TorchScript program, not a checkpoint; save its state_dict() instead');
  if (entries.has(`${root}byteorder`) && new TextDecoder().decode(await member('byteorder')) !== 'little')
    throw invalid('its numbers have the high byte first; save it on a little-endian machine');
  const { value, views, storages } = unpickle(await member('data.pkl'));
  for (const storage of storages.values()) {
    storage.bytes = await member(`data/${storage.key}`);
    if (storage.bytes.length !== storage.length * BYTES[storage.dtype])
      throw invalid(`storage ${storage.key} has another length than the pickle says`);
  }
  fillViews(views, storages.values());
  return value;
}

async function readDirectory(zip: ZipFile, fileSize: number): Promise<Map<string, Entry>> {
  if (zip.entryCount > mostEntries) throw invalid(`it claims ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  let total = 0;
  await orInvalid(async () => {
    for await (const entry of zip.eachEntry()) {
      total += entry.uncompressedSize;
      const isPlain = entry.compressionMethod === 0 && entry.compressedSize === entry.uncompressedSize;
      if (!isPlain || entry.isEncrypted() || entries.has(entry.fileName) || total > fileSize)
        throw invalid(`its entry ${JSON.stringify(entry.fileName)} is not one that torch.save writes`);
      entries.set(entry.fileName, entry);
    }
  });
  return entries;
}

async function readMember(
  handle: FileHandle,
  zip: ZipFile,
  entry: Entry | undefined,
  name: string,
): Promise<Uint8Array> {
  if (!entry) throw invalid(`${name} is missing in it`);
  const { fileDataStart } = await orInvalid(() => zip.readLocalFileHeaderPromise(entry, { minimal: true }));
  const bytes = await readRange(handle, fileDataStart, entry.uncompressedSize);
  if (crc32(bytes) !== entry.crc32) throw invalid(`the checksum of ${name} in it is wrong`);
  return bytes;
}

/** What the zip reader complains of means a damaged file. */
async function orInvalid<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TorchError) throw error;
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}
