import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import * as v from 'valibot';
import { FaceDataset } from '../face-dataset.js';
import {
  indexColumns,
  manifestFile,
  manifestSchema,
  type PackedManifest,
  type StoredFile,
} from './format.js';

/**
 * Opens a packed data set. Checks its index; {@link verifyPacked} checks every byte, and each image is checked against
 * its CRC-32 when it is read.
 * @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID`, `CHECKSUM_MISMATCH`.
 */
export function openPacked(folder: string): FaceDataset {
  const manifest = readManifest(folder);
  const people = v.safeParse(
    v.array(v.string()),
    parseJson(folder, manifest.people.file, readStored(folder, manifest.people)),
  );
  if (!people.success || people.output.length !== manifest.classes)
    throw invalid(folder, `${manifest.people.file} should hold ${manifest.classes} names`);
  const { images, shards } = manifest;
  const bytes = readStored(folder, manifest.index);
  if (bytes.length !== images * indexColumns * 4)
    throw invalid(folder, `${manifest.index.file} has ${bytes.length} bytes, which is not ${images} images`);
  const columns = new Uint32Array(bytes.length / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < columns.length; i++) columns[i] = view.getUint32(i * 4, true);
  const column = (number: number) => columns.subarray(number * images, (number + 1) * images);
  const [shardOf, offsets, lengths, checksums] = [column(1), column(2), column(3), column(4)];
  const labels = Int32Array.from(column(0));
  for (let i = 0; i < images; i++) {
    const shard = shards[shardOf[i]!];
    if (labels[i]! < 0 || labels[i]! >= manifest.classes || !shard || offsets[i]! + lengths[i]! > shard.bytes)
      throw invalid(folder, `image ${i} in ${manifest.index.file} points outside the data set`);
  }
  const paths = shards.map(({ file, bytes: expected }) => {
    const path = join(folder, file);
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    if (size !== expected)
      throw invalid(
        folder,
        `${file} should have ${expected} bytes and ${size === undefined ? 'is missing' : `has ${size}`}`,
      );
    return path;
  });
  let sources: string[] | undefined;
  return new FaceDataset({
    path: folder,
    kind: 'packed',
    people: people.output,
    labels,
    imageSize: manifest.imageSize,
    locate: index => ({
      path: paths[shardOf[index]!]!,
      offset: offsets[index]!,
      length: lengths[index]!,
      crc32: checksums[index]!,
    }),
    sourceOf: index => {
      sources ??= readStored(folder, manifest.sources).toString('utf8').trimEnd().split('\n');
      const line = sources[index];
      if (line === undefined) return undefined;
      const source = parseJson(folder, manifest.sources.file, Buffer.from(line));
      if (typeof source === 'string') return source;
      throw invalid(folder, `line ${index + 1} of ${manifest.sources.file} is no text`);
    },
  });
}

/** What `dataset.json` says. @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID`. */
export function readManifest(folder: string): PackedManifest {
  const result = v.safeParse(
    manifestSchema,
    parseJson(folder, manifestFile, read(join(folder, manifestFile))),
  );
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(folder, `${manifestFile}: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

/**
 * Reads every byte and compares it with the checksums.
 * @throws InsightFaceError `CHECKSUM_MISMATCH` naming the first damaged file, `FILE_NOT_FOUND`, `DATASET_INVALID`.
 */
export async function verifyPacked(folder: string): Promise<void> {
  const { shards, index, people, sources, dropped } = readManifest(folder);
  for (const stored of [index, people, sources, dropped, ...shards]) {
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(join(folder, stored.file))) hash.update(chunk as Uint8Array);
    } catch (cause) {
      throw missing(join(folder, stored.file), cause);
    }
    checkDigest(folder, stored, hash.digest('hex'));
  }
}

/** A small file of the data set, checked. @throws InsightFaceError `CHECKSUM_MISMATCH`, `FILE_NOT_FOUND`. */
export function readStored(folder: string, stored: StoredFile): Buffer {
  const bytes = read(join(folder, stored.file));
  checkDigest(folder, stored, createHash('sha256').update(bytes).digest('hex'));
  return bytes;
}

function checkDigest(folder: string, { file, sha256 }: StoredFile, actual: string): void {
  if (actual === sha256) return;
  throw new InsightFaceError(
    'CHECKSUM_MISMATCH',
    `${join(folder, file)} is damaged: its SHA-256 is not the one in ${manifestFile}. Prepare the data set again, or copy it anew.`,
  );
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw missing(path, cause);
  }
}

function parseJson(folder: string, file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid(folder, `${file} is no JSON`);
  }
}

function missing(path: string, cause: unknown): InsightFaceError {
  return new InsightFaceError('FILE_NOT_FOUND', `${path} cannot be read. Is the data set whole?`, { cause });
}

function invalid(folder: string, why: string): InsightFaceError {
  return new InsightFaceError(
    'DATASET_INVALID',
    `${folder} is no whole packed data set: ${why}. Copy it anew, or prepare it again.`,
  );
}
