// Writes RecordIO files by the specification, for the reader's tests.
import { writeFileSync } from 'node:fs';

const magic = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);

/** One record's bytes before they are framed: one label stands in the header, several stand behind it. */
export function imageRecord(labels: readonly number[], content: Uint8Array = new Uint8Array(0)): Buffer {
  const header = Buffer.alloc(24);
  const extra = labels.length > 1 ? labels : [];
  header.writeUInt32LE(extra.length, 0);
  header.writeFloatLE(labels.length === 1 ? labels[0]! : 0, 4);
  const floats = Buffer.alloc(extra.length * 4);
  for (const [i, label] of extra.entries()) floats.writeFloatLE(label, i * 4);
  return Buffer.concat([header, floats, content]);
}

/** Frames a record: split where the magic stands at a multiple of 4. */
export function frame(record: Buffer): Buffer {
  const cuts: number[] = [];
  for (let at = 0; at + 4 <= record.length; at += 4)
    if (record.subarray(at, at + 4).equals(magic)) cuts.push(at);
  const parts = [...cuts, record.length].map((end, i) =>
    record.subarray(i === 0 ? 0 : cuts[i - 1]! + 4, end),
  );
  return Buffer.concat(
    parts.map((part, i) => {
      const kind = parts.length === 1 ? 0 : i === 0 ? 1 : i === parts.length - 1 ? 3 : 2;
      const word = Buffer.alloc(4);
      word.writeUInt32LE(((kind << 29) | part.length) >>> 0);
      return Buffer.concat([magic, word, part, Buffer.alloc((4 - (part.length % 4)) % 4)]);
    }),
  );
}

/** Writes `NAME.rec` and `NAME.idx`; keys count from 0. */
export function writeRecords(path: string, records: readonly Buffer[]): void {
  const framed = records.map(frame);
  let offset = 0;
  const lines = framed.map((bytes, key) => {
    const line = `${key}\t${offset}\n`;
    offset += bytes.length;
    return line;
  });
  writeFileSync(path, Buffer.concat(framed));
  writeFileSync(path.replace(/\.rec$/, '.idx'), lines.join(''));
}

/**
 * InsightFace's layout: record 0 tells the ranges, images follow by person, then a record for each person.
 * @param people encoded images of each person.
 */
export function insightfaceRecords(people: readonly (readonly Uint8Array[])[]): Buffer[] {
  const images = people.flatMap((faces, label) => faces.map(face => imageRecord([label], face)));
  let first = 1;
  const identities = people.map(faces => {
    const record = imageRecord([first, first + faces.length]);
    first += faces.length;
    return record;
  });
  return [imageRecord([images.length + 1, images.length + 1 + people.length]), ...images, ...identities];
}
