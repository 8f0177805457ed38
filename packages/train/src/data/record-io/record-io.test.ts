import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from 'insightface-ts';
import { describe, expect, it } from 'vitest';
import { openFaceDataset } from '../open-dataset.js';
import { drawnImage } from '../testing/drawn.js';
import { frame, imageRecord, insightfaceRecords, writeRecords } from '../testing/record-writer.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { openRecordIo } from './open-record-io.js';
import { unpackRecord } from './record.js';
import { parseRecordIndex } from './record-index.js';

const folder = temporaryFolder();
const invalid = expect.objectContaining({ code: 'DATASET_INVALID' });
const picture = (person: number, i: number) => encodePng(drawnImage([person, i], 24, 24));
const people = await Promise.all(
  [3, 1, 2].map((count, person) => Promise.all([...Array(count).keys()].map(i => picture(person, i)))),
);

function write(name: string, records: Buffer[], property?: string): string {
  const path = join(folder, name);
  writeRecords(path, records);
  if (property !== undefined) writeFileSync(join(folder, 'property'), property);
  return path;
}

describe('unpackRecord', () => {
  it('reads a record written out by hand', () => {
    // magic; one whole part of 27 bytes; flag 0, label 5.0, ids 9 and 0; the bytes 1 2 3; one byte of padding.
    const hex = '0a23d7ce 1b000000 00000000 0000a040 0900000000000000 0000000000000000 010203 00';
    const record = unpackRecord(Buffer.from(hex.replaceAll(' ', ''), 'hex'), 'here');
    expect(record.labels).toEqual([5]);
    expect([...record.content]).toEqual([1, 2, 3]);
  });

  it('joins parts, and puts the magic back between them', () => {
    const content = Buffer.concat([
      Buffer.from([1, 2, 3, 4]),
      Buffer.from([0x0a, 0x23, 0xd7, 0xce]),
      Buffer.from([0x0a, 0x23, 0xd7, 0xce]),
      Buffer.from([5, 6, 7]),
    ]);
    const framed = frame(imageRecord([1, 2, 3], content.subarray(0)));
    // Three labels take 12 bytes, so that the magic stands at a multiple of 4 twice: three parts.
    expect(framed.length).toBe(8 + 40 + 8 + 0 + 8 + 4);
    const record = unpackRecord(framed, 'here');
    expect(record.labels).toEqual([1, 2, 3]);
    expect(Buffer.from(record.content)).toEqual(content);
  });

  it('refuses what is cut short or no record', () => {
    const framed = frame(imageRecord([1], Buffer.from([1, 2, 3])));
    for (const bytes of [framed.subarray(0, 30), framed.subarray(0, 6), Buffer.alloc(40)])
      expect(() => unpackRecord(bytes, 'here')).toThrow(invalid);
    const claimsTooMany = imageRecord([1]);
    claimsTooMany.writeUInt32LE(1e6, 0);
    expect(() => unpackRecord(frame(claimsTooMany), 'here')).toThrow(invalid);
  });
});

describe('openRecordIo', () => {
  it("reads InsightFace's layout: labels and pixels of each image", async () => {
    const path = write('train.rec', insightfaceRecords(people), '3,24,24');
    const dataset = await openFaceDataset(folder);
    expect(dataset.path).toBe(path);
    expect([dataset.length, dataset.classes, dataset.kind]).toEqual([6, 3, 'record-io']);
    expect([...dataset.labels]).toEqual([0, 0, 0, 1, 2, 2]);
    expect(dataset.imageSize).toEqual({ width: 24, height: 24 });
    const { pixels, label } = await dataset.get(5);
    expect(label).toBe(2);
    expect(pixels.data).toEqual(drawnImage([2, 1], 24, 24).data);
    await dataset.close();
  });

  it('reads plain im2rec files, whose records are all images', () => {
    const records = people.flatMap((faces, label) => faces.map(face => imageRecord([label], face))).reverse();
    expect([...openRecordIo(write('plain.rec', records)).labels]).toEqual([2, 2, 1, 0, 0, 0]);
  });

  it('refuses labels outside the classes that the property file states', () => {
    const path = write('classes.rec', insightfaceRecords(people), '2,24,24');
    expect(() => openRecordIo(path)).toThrow(invalid);
    writeFileSync(join(folder, 'property'), 'many');
    expect(() => openRecordIo(path)).toThrow(invalid);
    writeFileSync(join(folder, 'property'), '3,24,24');
  });

  it('refuses a file that is cut short, an index of another file, and a file without index', async () => {
    const path = write('cut.rec', insightfaceRecords(people));
    truncateSync(path, 2000);
    expect(() => openRecordIo(path)).toThrow(invalid);
    const other = write('other.rec', insightfaceRecords([...people].reverse()));
    copyFileSync(join(folder, 'train.idx'), join(folder, 'other.idx'));
    expect(() => openRecordIo(other)).toThrow(invalid);
    writeFileSync(join(folder, 'other.idx'), '0\t0\nnonsense\n');
    expect(() => openRecordIo(other)).toThrow(/other\.idx, line 2/);
    writeFileSync(join(folder, 'alone.rec'), '');
    expect(() => openRecordIo(join(folder, 'alone.rec'))).toThrow(
      expect.objectContaining({ code: 'FILE_NOT_FOUND' }),
    );
  });

  it('believes no count that the files cannot hold', () => {
    for (const count of [Number.NaN, Number.POSITIVE_INFINITY, 1e30, 1e9, -5, 0]) {
      const records = insightfaceRecords(people);
      records[0] = imageRecord([count, count]);
      expect(() => openRecordIo(write('counts.rec', records, '3,24,24'))).toThrow(invalid);
    }
    for (const property of ['1000000000000,24,24', '3,100000,100000', '3,24'])
      expect(() => openRecordIo(write('counts.rec', insightfaceRecords(people), property))).toThrow(invalid);
    const many = [imageRecord([2e9], people[0]![0]!)];
    writeFileSync(join(folder, 'property'), '2100000000,24,24');
    expect(() => openRecordIo(write('many.rec', many))).toThrow(invalid);
    writeFileSync(join(folder, 'property'), '3,24,24');
  });

  it('refuses identities that claim each other’s images', () => {
    const records = insightfaceRecords(people);
    records[records.length - 1] = imageRecord([1, 7]);
    expect(() => openRecordIo(write('overlap.rec', records))).toThrow(/claims images 1 to 6/);
  });

  it('reads no more than an image has where the index lost its lines', () => {
    const index = parseRecordIndex(Buffer.from('0\t0\n1\t100\n'), 2 ** 40, 'x.idx');
    expect(index.spanOf(0)).toEqual([0, 100]);
    expect(index.spanOf(1)).toEqual([100, 100 + 2 ** 26]);
  });

  it('notices an image whose label is not its identity’s', async () => {
    const records = insightfaceRecords(people);
    records[2] = imageRecord([1], people[0]![1]!);
    const dataset = openRecordIo(write('mixed.rec', records));
    await expect(dataset.get(1)).rejects.toThrow(invalid);
    await dataset.close();
  });
});
