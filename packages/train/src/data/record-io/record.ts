// RecordIO as MXNet and InsightFace write it (dmlc-core recordio.h; mxnet image_recordio.h). A record is one part or
// several, each: magic, (kind << 29 | length), bytes, padding to 4. A record is split where its bytes hold the magic at
// a multiple of 4; the magic itself is left out there. Its bytes: flag, label, id, id2 (24 bytes), then `flag` more
// labels as float32 when flag > 0, then the encoded image. All numbers are little-endian.
import { InsightFaceError } from 'insightface-ts';

const magic = 0xced7230a;
const headerBytes = 24;
/** What a part is of its record. */
const whole = 0;
const first = 1;
const last = 3;

/** A record, taken apart. */
export interface ImageRecord {
  /** The first label. */
  readonly label: number;
  readonly labels: readonly number[];
  /** The encoded image; empty in records that only tell of others. */
  readonly content: Uint8Array;
}

/**
 * Reads the record at the start of `bytes`.
 * @param where for errors, such as `train.rec at byte 96`.
 * @throws InsightFaceError `DATASET_INVALID` when these bytes are no whole record.
 */
export function unpackRecord(bytes: Uint8Array, where: string): ImageRecord {
  const record = joinParts(bytes, where);
  if (record.length < headerBytes) throw invalid(where, 'a record is shorter than its header');
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const flag = view.getUint32(0, true);
  if (flag === 0)
    return {
      label: view.getFloat32(4, true),
      labels: [view.getFloat32(4, true)],
      content: record.subarray(headerBytes),
    };
  const end = headerBytes + flag * 4;
  if (end > record.length) throw invalid(where, `a record of ${record.length} bytes claims ${flag} labels`);
  const labels = Array.from({ length: flag }, (_, i) => view.getFloat32(headerBytes + i * 4, true));
  return { label: labels[0]!, labels, content: record.subarray(end) };
}

/** Bytes from a record's start in which {@link peekLabel} finds the label. */
export const labelBytes = 8 + headerBytes + 4;

/** The first label of a record whose first bytes these are. @throws InsightFaceError `DATASET_INVALID`. */
export function peekLabel(head: Uint8Array, where: string): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < labelBytes || view.getUint32(0, true) !== magic)
    throw invalid(where, 'no record begins there; the index belongs to another file, or the file is damaged');
  return view.getUint32(8, true) === 0 ? view.getFloat32(12, true) : view.getFloat32(8 + headerBytes, true);
}

function joinParts(bytes: Uint8Array, where: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  for (let at = 0; ; ) {
    if (at + 8 > bytes.length) throw invalid(where, 'the file ends within a record');
    if (view.getUint32(at, true) !== magic)
      throw invalid(
        where,
        'no record begins there; the index belongs to another file, or the file is damaged',
      );
    const word = view.getUint32(at + 4, true);
    const kind = word >>> 29;
    const length = word & 0x1fffffff;
    if (at + 8 + length > bytes.length) throw invalid(where, 'the file ends within a record');
    const inOrder = parts.length === 0 ? kind === whole || kind === first : kind !== whole && kind !== first;
    if (!inOrder || kind > last) throw invalid(where, 'parts of records are out of order');
    const part = bytes.subarray(at + 8, at + 8 + length);
    if (kind === whole) return part;
    parts.push(part);
    if (kind === last) return Buffer.concat(withMagic(parts));
    at += 8 + Math.ceil(length / 4) * 4;
  }
}

function withMagic(parts: readonly Uint8Array[]): Uint8Array[] {
  const separator = new Uint8Array(4);
  new DataView(separator.buffer).setUint32(0, magic, true);
  return parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part]));
}

function invalid(where: string, why: string): InsightFaceError {
  return new InsightFaceError('DATASET_INVALID', `${where}: ${why}. Fetch or copy the file again.`);
}
