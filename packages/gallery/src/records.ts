// How people and templates lie in the store.
import { crc32 } from 'node:zlib';
import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel, Metadata } from './types.js';

/** The first record of a gallery. */
export interface HeaderRecord {
  readonly format: typeof format;
  readonly version: number;
  readonly model?: GalleryModel;
}

export const format = 'insightface-gallery';
export const version = 1;

/** Counters. Numbers of people and templates are given out once and never again. */
export interface StateRecord extends Readonly<Record<'lastPerson' | 'lastTemplate' | 'removals', number>> {
  readonly people: number;
  readonly templates: number;
}

export interface PersonRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly metadata?: Metadata;
  /** Numbers of the person's templates, oldest first. */
  readonly templates: readonly number[];
}

export interface TemplateRecord {
  readonly id: string;
  /** Number of the person. */
  readonly person: number;
  readonly createdAt: string;
  readonly source?: string;
  readonly embedding: Float32Array;
}

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function decodeJson<T>(bytes: Buffer): T {
  try {
    return JSON.parse(bytes.toString()) as T;
  } catch (cause) {
    throw damaged('a record does not read', cause);
  }
}

/** Bytes: CRC-32 of the rest, person (both 32 bits), embedding (32-bit floats), the other fields as JSON. */
export function encodeTemplate({ person, embedding, ...rest }: TemplateRecord): Buffer {
  const floats = Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(person, 4);
  const bytes = Buffer.concat([head, floats, encodeJson(rest)]);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

/** @throws InsightFaceError `GALLERY_INVALID` when the bytes are not those that were written. */
export function decodeTemplate(bytes: Buffer, dimension: number): TemplateRecord {
  const { person, embedding } = decodeVector(bytes, dimension);
  return { ...decodeJson<TemplateRecord>(bytes.subarray(8 + 4 * dimension)), person, embedding };
}

/** Only what a search needs. */
export function decodeVector(bytes: Buffer, dimension: number): { person: number; embedding: Float32Array } {
  const end = 8 + 4 * dimension;
  if (bytes.length < end || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0))
    throw damaged('a template is not as it was written');
  const embedding = new Float32Array(dimension);
  new Uint8Array(embedding.buffer).set(bytes.subarray(8, end));
  return { person: bytes.readUInt32LE(4), embedding };
}

export function damaged(what: string, cause?: unknown): InsightFaceError {
  return new InsightFaceError(
    'GALLERY_INVALID',
    `The gallery is damaged: ${what}. Restore the folder from a backup, or import an exported file into a new one.`,
    { cause },
  );
}
