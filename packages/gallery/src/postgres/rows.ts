// Records as PostgreSQL gives and takes them.
import type { Match, Metadata, Person, PersonSummary, Template } from '../types.js';

export interface PersonRow {
  readonly number: string;
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
  readonly metadata: Metadata | null;
  readonly tags: string[];
}

export interface TemplateRow {
  readonly person: string;
  readonly id: string;
  readonly created_at: Date;
  readonly source: string | null;
  readonly embedding: Buffer;
}

export interface MatchRow {
  readonly probe: number;
  readonly name: string;
  readonly id: string;
  readonly tags: string[];
  readonly template: string;
  readonly similarity: number;
}

export const personColumns = 'p.number, p.id, p.name, p.created_at, p.metadata, p.tags';
/** Embeddings travel as bytes: exact, and a quarter of their text. */
export const templateColumns =
  't.person, t.id, t.created_at, t.source, vector_send(t.embedding) AS embedding';

export function toSummary(row: PersonRow & { readonly templates: number }): PersonSummary {
  const { id, name, ...rest } = describe(row);
  return { id, name, templates: row.templates, ...rest };
}

export function toPerson(row: PersonRow, templates: readonly TemplateRow[], model: string): Person {
  return { ...describe(row), templates: templates.map(template => toTemplate(template, model)) };
}

export function toMatch({ name, similarity, id, template, tags }: MatchRow): Match {
  return {
    name,
    similarity: Math.max(-1, Math.min(1, similarity)),
    personId: id,
    templateId: template,
    ...(tags.length > 0 && { tags }),
  };
}

function describe({ id, name, created_at, metadata, tags }: PersonRow) {
  return {
    id,
    name,
    createdAt: created_at.toISOString(),
    ...(metadata && { metadata }),
    ...(tags.length > 0 && { tags }),
  };
}

function toTemplate({ id, created_at, source, embedding }: TemplateRow, model: string): Template {
  return {
    id,
    model,
    embedding: decodeVector(embedding),
    ...(source !== null && { source }),
    createdAt: created_at.toISOString(),
  };
}

/** pgvector's binary form: dimension and zero (16 bits each), 32-bit floats, highest byte first. */
export function encodeVector(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 + 4 * vector.length);
  bytes.writeUInt16BE(vector.length, 0);
  for (const [index, value] of vector.entries()) bytes.writeFloatBE(value, 4 + 4 * index);
  return bytes;
}

export function decodeVector(bytes: Buffer): Float32Array {
  const vector = new Float32Array(bytes.readUInt16BE(0));
  for (let index = 0; index < vector.length; index++) vector[index] = bytes.readFloatBE(4 + 4 * index);
  return vector;
}

/** The name in lower case, by which it is searched for. */
export const fold = (name: string): string => name.toLowerCase();
