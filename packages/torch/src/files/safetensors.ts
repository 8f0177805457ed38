// safetensors: 8 bytes of length, a JSON table, raw tensors (https://github.com/huggingface/safetensors#format).
import { open } from 'node:fs/promises';
import { BYTES, type DType } from '../tensor.js';
import { writeAtomically } from './atomic-write.js';
import { invalid, naming } from './invalid.js';
import { readRange } from './read-range.js';
import { areSizes } from './sizes.js';
import { elementsOf, StoredTensor } from './stored-tensor.js';

const codes: Readonly<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};
const types = new Map(Object.entries(codes).map(([type, code]) => [code, type as DType]));
/** The format's own limit on its table. */
const largestTable = 100_000_000;

/** Tensors by name, and free texts by key. */
export interface Safetensors {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Map<string, string>;
}

/**
 * Writes tensors in the order given; the file appears whole or not at all.
 * @throws TorchError `WRITE_FAILED`
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const table = new Map<string, unknown>();
  if (metadata.size > 0) table.set('__metadata__', Object.fromEntries(metadata));
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    const start = end;
    end += bytes.length;
    table.set(name, { dtype: codes[dtype], shape, data_offsets: [start, end] });
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(table)));
  // Spaces bring the data to a multiple of 8 bytes, so that readers may map it.
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  await writeAtomically(path, [header, ...[...tensors.values()].map(tensor => tensor.bytes)]);
}

/**
 * Reads a whole file.
 * @throws TorchError `FILE_NOT_FOUND`, `CHECKPOINT_INVALID`
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  return naming(path, async () => {
    const handle = await open(path);
    try {
      const start = await readRange(handle, 0, 8);
      const length = Number(new DataView(start.buffer).getBigUint64(0, true));
      if (length > largestTable) throw invalid('its table claims to be larger than the format allows');
      const table = parseTable(await readRange(handle, 8, length));
      const { size } = await handle.stat();
      const dataBytes = size - 8 - length;
      const entries = Object.entries(table).filter(([name]) => name !== '__metadata__');
      const places = inOrder(
        entries.map(([name, entry]) => parseEntry(name, entry, dataBytes)),
        dataBytes,
      );
      const tensors = new Map<string, StoredTensor>();
      for (const { name, dtype, shape, start: from, end } of places)
        tensors.set(
          name,
          new StoredTensor(dtype, shape, await readRange(handle, 8 + length + from, end - from)),
        );
      return { tensors, metadata: parseMetadata(table['__metadata__']) };
    } finally {
      await handle.close();
    }
  });
}

interface Place {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function parseTable(bytes: Uint8Array): Record<string, unknown> {
  try {
    const table: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(table)) return table;
  } catch {}
  throw invalid('its table is no JSON object');
}

function parseEntry(name: string, entry: unknown, dataBytes: number): Place {
  const { dtype: code, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (typeof code !== 'string' || !areSizes(shape) || !areSizes(offsets))
    throw invalid(`the entry of ${name} is damaged`);
  const dtype = types.get(code);
  if (!dtype) throw invalid(`${name} is of type ${code}, which is not supported`);
  const [start = 0, end = -1] = offsets;
  if (end > dataBytes || end - start !== elementsOf(shape) * BYTES[dtype])
    throw invalid(`${name} does not have the bytes that its shape needs`);
  return { name, dtype, shape, start, end };
}

/** The format allows neither holes nor overlaps: what is read can never be more than the file. */
function inOrder(places: readonly Place[], dataBytes: number): Place[] {
  const sorted = [...places].sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const place of sorted) {
    if (place.start !== end)
      throw invalid(`${place.name} overlaps another tensor, or leaves a hole before it`);
    end = place.end;
  }
  if (end !== dataBytes) throw invalid('it has bytes that belong to no tensor');
  return sorted;
}

function parseMetadata(value: unknown): Map<string, string> {
  if (!isObject(value)) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
