// The packed data set, a folder:
//   dataset.json        what it is: counts, sizes, files with their SHA-256 (this schema)
//   people.json         names by label
//   index.bin           five columns of N little-endian 32-bit numbers: label, shard, offset, length, CRC-32
//   sources.jsonl       one JSON string a line: path of the photo image i was made from
//   shard-00000.bin ... encoded images (JPEG or PNG), one after the other
//   dropped.jsonl       one object a line: what was left out, and why
import * as v from 'valibot';
import { largestSide } from '../fit.js';

export const manifestFile = 'dataset.json';
export const peopleFile = 'people.json';
export const indexFile = 'index.bin';
export const sourcesFile = 'sources.jsonl';
export const droppedFile = 'dropped.jsonl';
export const indexColumns = 5;

export function shardFile(number: number): string {
  return `shard-${String(number).padStart(5, '0')}.bin`;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(largestSide));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const storedFile = v.object({ file: v.pipe(v.string(), v.regex(/^[\w.-]+$/)), bytes: count, sha256 });

/** `dataset.json`. */
export const manifestSchema = v.object({
  format: v.literal('insightface-ts faces'),
  version: v.literal(1),
  images: v.pipe(count, v.minValue(1)),
  classes: v.pipe(count, v.minValue(1)),
  imageSize: v.object({ width: side, height: side }),
  shards: v.array(storedFile),
  index: storedFile,
  people: storedFile,
  sources: storedFile,
  dropped: storedFile,
  /** How it was made: options and networks, for people. */
  madeWith: v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
});

/** What `dataset.json` says. */
export type PackedManifest = v.InferOutput<typeof manifestSchema>;
export type StoredFile = PackedManifest['index'];
