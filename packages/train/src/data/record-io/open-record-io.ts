// InsightFace's training sets: `train.rec`, `train.idx` and `property` (`classes,height,width`), without MXNet. Record 0
// holds two labels: images are records 1 to the first less one; from the first to the second less one each record tells
// one identity's first image and the one after its last. Files of plain im2rec, which lack record 0's labels, hold
// images only. Layout: InsightFace `recognition/arcface_torch/dataset.py` and `python-package/insightface/data`.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InsightFaceError, type Size } from 'insightface-ts';
import { FaceDataset } from '../face-dataset.js';
import { largestSide } from '../fit.js';
import { labelBytes, peekLabel, unpackRecord } from './record.js';
import { parseRecordIndex, type RecordIndex } from './record-index.js';

/** Labels are 32-bit floats, whole up to here. */
const mostClasses = 2 ** 24;

/**
 * Opens a `.rec` file that has its `.idx` beside it.
 * @throws InsightFaceError `FILE_NOT_FOUND`; `DATASET_INVALID` when the files do not belong together or are cut short.
 */
export function openRecordIo(recordFile: string): FaceDataset {
  const indexFile = recordFile.replace(/\.rec$/, '.idx');
  const file = open(recordFile);
  try {
    const fileSize = statSync(recordFile).size;
    const index = parseRecordIndex(readBytes(indexFile), fileSize, indexFile);
    const records = new RecordHeads(file, recordFile, index);
    const { keys, labels } = readLabels(records, index);
    const property = readProperty(join(dirname(recordFile), 'property'));
    const classes = property?.classes ?? labels.reduce((most, label) => Math.max(most, label), -1) + 1;
    checkLabels(labels, classes, recordFile);
    return new FaceDataset({
      path: recordFile,
      kind: 'record-io',
      people: Array.from({ length: classes }, (_, label) => String(label)),
      labels,
      imageSize: property?.imageSize ?? { width: 112, height: 112 },
      locate: image => {
        const span = index.spanOf(keys[image]!);
        if (!span) throw invalid(recordFile, `record ${keys[image]} is not in the index`);
        const [start, end] = span;
        return { path: recordFile, offset: start, length: end - start, recordLabel: labels[image]! };
      },
    });
  } finally {
    closeSync(file);
  }
}

/** Small reads from the starts of records. */
class RecordHeads {
  readonly #file: number;
  readonly name: string;
  readonly #index: RecordIndex;

  constructor(file: number, name: string, index: RecordIndex) {
    this.#file = file;
    this.name = name;
    this.#index = index;
  }

  label(key: number): number {
    const { bytes, where } = this.#bytes(key, labelBytes);
    return peekLabel(bytes, where);
  }

  /** All labels of a record. */
  labels(key: number): readonly number[] {
    const { bytes, where } = this.#bytes(key);
    return unpackRecord(bytes, where).labels;
  }

  #bytes(key: number, most = Number.POSITIVE_INFINITY) {
    const span = this.#index.spanOf(key);
    if (!span) throw invalid(this.name, `record ${key} is not in the index`);
    const [start, end] = span;
    const bytes = new Uint8Array(Math.min(most, end - start));
    const read = readSync(this.#file, bytes, 0, bytes.length, start);
    return { bytes: bytes.subarray(0, read), where: `${this.name} at byte ${start}` };
  }
}

function readLabels(records: RecordHeads, index: RecordIndex): { keys: Int32Array; labels: Int32Array } {
  const [end, afterIdentities] = index.spanOf(0) ? records.labels(0) : [];
  // Without the two labels every record is an image.
  const described = end !== undefined && afterIdentities !== undefined;
  // NaN fails, too.
  if (described && !(end >= 1 && end <= index.keys.length + 1))
    throw invalid(
      records.name,
      `it claims ${end - 1} images, and the index has ${index.keys.length} records`,
    );
  const keys = described
    ? Int32Array.from({ length: end - 1 }, (_, i) => i + 1)
    : Int32Array.from(index.keys).sort();
  const labels = new Int32Array(keys.length).fill(-1);
  let covered = 0;
  if (described)
    for (let identity = end; identity < afterIdentities; identity++) {
      const [from = 0, to = 0] = records.labels(identity);
      if (from >= to) continue;
      covered += to - from;
      // NaN fails, too.
      if (!(from >= 1 && covered <= keys.length))
        throw invalid(
          records.name,
          `identity ${identity - end} claims images ${from} to ${to - 1}, others' too`,
        );
      labels.fill(records.label(from), from - 1, to - 1);
    }
  for (let i = 0; i < keys.length; i++) if (labels[i] === -1) labels[i] = records.label(keys[i]!);
  return { keys, labels };
}

function checkLabels(labels: Int32Array, classes: number, name: string): void {
  if (labels.length === 0) throw invalid(name, 'it holds no images');
  if (classes > mostClasses)
    throw invalid(name, `it claims ${classes} people, more than labels can tell apart`);
  const wrong = labels.findIndex(label => label < 0 || label >= classes);
  if (wrong >= 0)
    throw invalid(
      name,
      `image ${wrong} has label ${labels[wrong]}, and the property file states ${classes} classes`,
    );
}

function readProperty(file: string): { classes: number; imageSize: Size } | undefined {
  if (!existsSync(file)) return undefined;
  const [classes, height, width] = Buffer.from(readBytes(file))
    .toString('utf8')
    .trim()
    .split(',')
    .map(Number);
  const isWhole = [classes, height, width].every(value => Number.isInteger(value) && value! > 0);
  if (!isWhole || height! > largestSide || width! > largestSide)
    throw invalid(file, `it should read classes,height,width, sides of at most ${largestSide} pixels`);
  return { classes: classes!, imageSize: { width: width!, height: height! } };
}

function open(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Check the path.`, { cause });
  }
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `${file} cannot be read. A .rec file needs its .idx file beside it, and permission to read both.`,
      { cause },
    );
  }
}

function invalid(name: string, why: string): InsightFaceError {
  return new InsightFaceError('DATASET_INVALID', `${name}: ${why}.`);
}
