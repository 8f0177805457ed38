// An exported gallery: UTF-8 text, one JSON object a line.
//   line 1      {"format":"insightface-gallery-export","version":1,"model":{"name","dimension","fingerprint"}}
//   each person {"id","name","createdAt","metadata"?,"tags"?,"templates":[{"id","createdAt","source"?,"embedding"}]}
//   last line   {"people":n,"templates":n,"sha256":"of all lines before, each with its line feed"}
// An embedding is the base64 of its 32-bit floats, lowest byte first, at unit length.
import type { GalleryModel, Person, PersonSummary, Template } from '../types.js';

export const exportFormat = 'insightface-gallery-export';
export const exportVersion = 1;

export interface ExportHead {
  readonly format: typeof exportFormat;
  readonly version: number;
  readonly model?: GalleryModel;
}

export interface ExportedPerson extends Omit<PersonSummary, 'templates'> {
  readonly templates: readonly ExportedTemplate[];
}

export interface ExportedTemplate extends Omit<Template, 'model' | 'embedding'> {
  readonly embedding: string;
}

export interface ExportEnd {
  readonly people: number;
  readonly templates: number;
  readonly sha256: string;
}

export function toExported({ templates, ...person }: Person): ExportedPerson {
  return {
    ...person,
    templates: templates.map(({ model: _, embedding, ...rest }) => ({
      ...rest,
      embedding: encodeEmbedding(embedding),
    })),
  };
}

function encodeEmbedding(embedding: Float32Array): string {
  return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString('base64');
}

/** `undefined` when the text does not hold that many numbers. */
export function decodeEmbedding(text: string, dimension: number): Float32Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 4 * dimension) return undefined;
  const embedding = new Float32Array(dimension);
  new Uint8Array(embedding.buffer).set(bytes);
  return embedding;
}
