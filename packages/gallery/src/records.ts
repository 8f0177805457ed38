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

/** Bytes: CRC-32 of the rest, JSON. */
export function encodeJson(value: unknown): Buffer {
  return withChecksum(Buffer.from(JSON.stringify(value)));
}

/** @throws InsightFaceError `GALLERY_INVALID` when the bytes are not those that were written. */
export function decodeJson<T>(bytes: Buffer): T {
  return JSON.parse(checked(bytes, 'a record').toString()) as T;
}

/** Bytes: CRC-32 of the rest, person (both 32 bits), embedding (32-bit floats), the other fields as JSON. */
export function encodeTemplate({ person, embedding, ...rest }: TemplateRecord): Buffer {
  const floats = Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(person);
  return withChecksum(Buffer.concat([head, floats, Buffer.from(JSON.stringify(rest))]));
}

/** @throws InsightFaceError `GALLERY_INVALID` when the bytes are not those that were written. */
export function decodeTemplate(bytes: Buffer, dimension: number): TemplateRecord {
  const { person, embedding } = decodeVector(bytes, dimension);
  const rest = JSON.parse(bytes.toString('utf8', 8 + 4 * dimension)) as TemplateRecord;
  return { ...rest, person, embedding };
}

/** Only what a search needs. */
export function decodeVector(bytes: Buffer, dimension: number): { person: number; embedding: Float32Array } {
  const content = checked(bytes, 'a template');
  const end = 4 + 4 * dimension;
  if (content.length < end) throw damaged('a template is of another length');
  const embedding = new Float32Array(dimension);
  new Uint8Array(embedding.buffer).set(content.subarray(4, end));
  return { person: content.readUInt32LE(0), embedding };
}

function withChecksum(content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(content));
  return Buffer.concat([head, content]);
}

function checked(bytes: Buffer, what: string): Buffer {
  const content = bytes.subarray(4);
  if (bytes.length < 4 || crc32(content) !== bytes.readUInt32LE(0))
    throw damaged(`${what} is not as it was written`);
  return content;
}

export function damaged(what: string, cause?: unknown): InsightFaceError {
  return new InsightFaceError(
    'GALLERY_INVALID',
    `The gallery is damaged: ${what}. Restore the folder from a backup, or import an exported file into a new one.`,
    { cause },
  );
}
