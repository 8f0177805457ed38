// How people and templates lie in the store.
//   version 1  people, templates
//   version 2  tags, trimmed removals, encryption; a gallery of version 1 is one of version 2 without these
import { crc32 } from 'node:zlib';
import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel, Metadata } from '../types.js';

/** The first record of a gallery; never encrypted. */
export interface HeaderRecord {
  readonly format: typeof format;
  readonly version: number;
  readonly model?: GalleryModel;
  readonly encryption?: EncryptionRecord;
}

export interface EncryptionRecord {
  readonly galleryId: string;
  /** The gallery's key, wrapped by a master key. */
  readonly keyId: string;
  /** Base64. */
  readonly key: string;
}

export const format = 'insightface-gallery';
export const version = 2;

/** Counters. Numbers of people and templates are given out once and never again. */
export interface StateRecord extends Readonly<Record<'lastPerson' | 'lastTemplate' | 'removals', number>> {
  readonly people: number;
  readonly templates: number;
  /** Removals up to this one are no longer listed. */
  readonly trimmed: number;
  /** Rises when tags or who bears them change. */
  readonly tagChanges: number;
}

export interface PersonRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly metadata?: Metadata;
  readonly tags?: readonly string[];
  /** Numbers of the person's templates, oldest first. */
  readonly templates: readonly number[];
  /** The person's key, wrapped by the gallery's key; in encrypted galleries. */
  readonly key?: PersonKeyRecord;
}

export interface PersonKeyRecord {
  readonly id: string;
  /** Base64. */
  readonly wrapped: string;
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

export function floatBytes(embedding: Float32Array): Buffer {
  return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
}

/** A copy of the floats at the start of some bytes. */
export function floatsOf(bytes: Buffer, dimension: number): Float32Array {
  if (bytes.length < 4 * dimension) throw damaged('a template is of another length');
  const embedding = new Float32Array(dimension);
  new Uint8Array(embedding.buffer).set(bytes.subarray(0, 4 * dimension));
  return embedding;
}

export function withChecksum(content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(crc32(content));
  return Buffer.concat([head, content]);
}

export function checked(bytes: Buffer, what: string): Buffer {
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
