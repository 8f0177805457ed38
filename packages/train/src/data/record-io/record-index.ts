// The `.idx` file beside a `.rec`: a line `key<tab>offset` for each record. Read byte by byte, as millions of lines are
// common.
import { InsightFaceError } from 'insightface-ts';

/** More than any image has; an index that lost its lines must not ask for the rest of the file. */
const largestRecord = 2 ** 26;

/** Where records begin and end. */
export interface RecordIndex {
  /** Bytes from `start` to `end` hold the record of this key (and, in a whole index, nothing else). */
  spanOf(key: number): readonly [start: number, end: number] | undefined;
  readonly keys: readonly number[];
}

/**
 * Parses an index.
 * @param fileSize bytes of the `.rec` file, where its last record ends.
 * @throws InsightFaceError `DATASET_INVALID` for a line that does not read, or an offset outside the file.
 */
export function parseRecordIndex(text: Uint8Array, fileSize: number, name: string): RecordIndex {
  const keys: number[] = [];
  const offsets: number[] = [];
  let line = 1;
  for (let at = 0; at < text.length; line++) {
    const end = text.indexOf(10, at);
    const stop = end < 0 ? text.length : end;
    if (stop > at) {
      const fields = /^(\d+)\t(\d+)\r?$/.exec(Buffer.from(text.subarray(at, stop)).toString('latin1'));
      if (!fields) throw invalid(name, line, 'it is no pair of a key and an offset');
      const offset = Number(fields[2]);
      if (offset + 8 > fileSize)
        throw invalid(
          name,
          line,
          `offset ${offset} lies behind the end of the .rec file, which has ${fileSize} bytes`,
        );
      keys.push(Number(fields[1]));
      offsets.push(offset);
    }
    at = stop + 1;
  }
  const order = Uint32Array.from(offsets.keys()).sort((a, b) => offsets[a]! - offsets[b]!);
  const ends = new Float64Array(offsets.length);
  for (let i = 0; i < order.length; i++) {
    const next = order[i + 1];
    const end = next === undefined ? fileSize : offsets[next]!;
    ends[order[i]!] = Math.min(end, offsets[order[i]!]! + largestRecord);
  }
  // Keys count from 0 in nearly every file, and a map of millions of entries costs gigabytes.
  const places = keys.every((key, i) => key === i) ? undefined : new Map(keys.map((key, i) => [key, i]));
  return {
    keys,
    spanOf: key => {
      const place = places ? places.get(key) : key in offsets ? key : undefined;
      return place === undefined ? undefined : [offsets[place]!, ends[place]!];
    },
  };
}

function invalid(name: string, line: number, why: string): InsightFaceError {
  return new InsightFaceError(
    'DATASET_INVALID',
    `${name}, line ${line}: ${why}. The files belong together, whole.`,
  );
}
