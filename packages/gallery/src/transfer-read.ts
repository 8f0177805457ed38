import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { InsightFaceError } from 'insightface-ts';
import { toUnit } from './embeddings.js';
import { checkMetadata } from './metadata.js';
import { normalizeName } from './names.js';
import { decodeEmbedding, type ExportHead, exportFormat, exportVersion } from './transfer-format.js';
import type { GalleryModel, Metadata } from './types.js';

/** A person of an export, checked. */
export interface ImportedPerson {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly metadata?: Metadata;
  readonly templates: readonly ImportedTemplate[];
}

export interface ImportedTemplate {
  readonly id: string;
  readonly createdAt: string;
  readonly source?: string;
  readonly embedding: Float32Array;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads and checks a whole export before any of it is used.
 * @throws InsightFaceError `FILE_NOT_FOUND`, or `GALLERY_INVALID` with the line that is wrong.
 */
export async function readExport(file: string): Promise<{ model?: GalleryModel; people: ImportedPerson[] }> {
  const unreadable = (cause?: unknown) =>
    new InsightFaceError('FILE_NOT_FOUND', `${file} is no file that can be read. Check the path.`, { cause });
  const handle = await open(file, 'r').catch(cause => {
    throw unreadable(cause);
  });
  try {
    if ((await handle.stat()).isDirectory()) throw unreadable();
    return await parseLines(handle.readLines(), file);
  } finally {
    await handle.close();
  }
}

async function parseLines(lines: AsyncIterable<string>, file: string) {
  const hash = createHash('sha256');
  const people: ImportedPerson[] = [];
  let head: ExportHead | undefined;
  let ended = false;
  let number = 0;
  for await (const line of lines) {
    number++;
    const invalid = (what: string) =>
      new InsightFaceError('GALLERY_INVALID', `${file}, line ${number}: ${what}. Export the gallery again.`);
    const value = parseObject(line);
    if (!head) head = parseHead(value, invalid);
    else if (ended || !value) throw invalid(ended ? 'there is more after the end' : 'this is no JSON object');
    else if ('sha256' in value) {
      const templates = people.reduce((sum, person) => sum + person.templates.length, 0);
      if (
        value['sha256'] !== hash.digest('hex') ||
        value['people'] !== people.length ||
        value['templates'] !== templates
      )
        throw invalid('the checksum is not that of the lines before');
      ended = true;
    } else if (head.model) people.push(parsePerson(value, head.model.dimension, invalid));
    else throw invalid('a person without a model in the first line');
    if (!ended) hash.update(`${line}\n`);
  }
  if (!head || !ended)
    throw new InsightFaceError('GALLERY_INVALID', `${file} is cut off. Export the gallery again.`);
  return { ...(head.model && { model: head.model }), people };
}

type Invalid = (what: string) => InsightFaceError;

function parseHead(value: Json | undefined, invalid: Invalid): ExportHead {
  if (value?.['format'] !== exportFormat) throw invalid('this is no exported gallery');
  if (value['version'] !== exportVersion)
    throw invalid('a newer version of this library wrote this; update it');
  const model = value['model'];
  if (model === undefined) return { format: exportFormat, version: exportVersion };
  const { name, dimension, fingerprint } = isObject(model) ? model : {};
  if (
    typeof name !== 'string' ||
    typeof fingerprint !== 'string' ||
    !Number.isInteger(dimension) ||
    Number(dimension) < 1
  )
    throw invalid('the model is not described');
  return {
    format: exportFormat,
    version: exportVersion,
    model: { name, dimension: Number(dimension), fingerprint },
  };
}

function parsePerson(value: Json, dimension: number, invalid: Invalid): ImportedPerson {
  const { id, name, createdAt, metadata, templates } = value;
  if (!isId(id) || typeof name !== 'string' || !isTime(createdAt) || !Array.isArray(templates))
    throw invalid('a person needs id, name, createdAt and templates');
  return {
    id,
    name: normalizeName(name),
    createdAt,
    ...(metadata !== undefined && { metadata: checkMetadata(metadata as Metadata) }),
    templates: templates.map((template: unknown) => parseTemplate(template, dimension, invalid)),
  };
}

function parseTemplate(value: unknown, dimension: number, invalid: Invalid): ImportedTemplate {
  const { id, createdAt, source, embedding } = isObject(value) ? value : {};
  if (!isId(id) || !isTime(createdAt) || !(source === undefined || typeof source === 'string'))
    throw invalid('a template needs id and createdAt');
  const vector = typeof embedding === 'string' ? decodeEmbedding(embedding, dimension) : undefined;
  if (!vector) throw invalid(`an embedding has not ${dimension} numbers`);
  return { id, createdAt, ...(source !== undefined && { source }), embedding: toUnit(vector, dimension) };
}

function parseObject(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
