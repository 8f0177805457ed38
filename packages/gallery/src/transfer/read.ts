import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel, Metadata, Person, Template } from '../types.js';
import { decodeEmbedding, type ExportHead, exportFormat, exportVersion } from './format.js';
import { checkPerson, isId, isTime } from './people.js';

type Json = Readonly<Record<string, unknown>>;
type Invalid = (what: string) => InsightFaceError;

/**
 * Reads and checks a whole export, then gives its people one after another: memory does not grow with the file.
 * @throws InsightFaceError `FILE_NOT_FOUND`, or `GALLERY_INVALID` with the line that is wrong.
 */
export async function readExport(
  file: string,
): Promise<{ readonly model?: GalleryModel; readonly people: AsyncIterable<Person> }> {
  let head: ExportHead | undefined;
  for await (const part of parts(file)) head ??= part.head;
  return { ...(head?.model && { model: head.model }), people: peopleIn(file) };
}

async function* peopleIn(file: string): AsyncGenerator<Person> {
  for await (const { person } of parts(file)) if (person) yield person;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const unreadable = (cause?: unknown) =>
    new InsightFaceError('FILE_NOT_FOUND', `${file} is no file that can be read. Check the path.`, { cause });
  const handle = await open(file, 'r').catch(cause => {
    throw unreadable(cause);
  });
  try {
    if ((await handle.stat()).isDirectory()) throw unreadable();
    yield* handle.readLines();
  } finally {
    await handle.close();
  }
}

/** Head and people; throws at the end when the checksum is wrong. */
async function* parts(file: string): AsyncGenerator<{ head: ExportHead; person?: Person }> {
  const hash = createHash('sha256');
  let head: ExportHead | undefined;
  let ended = false;
  let number = 0;
  let people = 0;
  let templates = 0;
  for await (const line of linesOf(file)) {
    number++;
    const invalid = (what: string) =>
      new InsightFaceError('GALLERY_INVALID', `${file}, line ${number}: ${what}. Export the gallery again.`);
    const value = parseObject(line);
    if (!head) {
      head = parseHead(value, invalid);
      yield { head };
    } else if (ended || !value)
      throw invalid(ended ? 'there is more after the end' : 'this is no JSON object');
    else if ('sha256' in value) {
      if (
        value['sha256'] !== hash.digest('hex') ||
        value['people'] !== people ||
        value['templates'] !== templates
      )
        throw invalid('the checksum is not that of the lines before');
      ended = true;
    } else if (head.model) {
      const person = parsePerson(value, head.model, invalid);
      people++;
      templates += person.templates.length;
      yield { head, person };
    } else throw invalid('a person without a model in the first line');
    if (!ended) hash.update(`${line}\n`);
  }
  if (!ended) throw new InsightFaceError('GALLERY_INVALID', `${file} is cut off. Export the gallery again.`);
}

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

function parsePerson(value: Json, model: GalleryModel, invalid: Invalid): Person {
  const { id, name, createdAt, metadata, tags, templates } = value;
  if (!isId(id) || typeof name !== 'string' || !isTime(createdAt) || !Array.isArray(templates))
    throw invalid('a person needs id, name, createdAt and templates');
  if (!(tags === undefined || (Array.isArray(tags) && tags.every(tag => typeof tag === 'string'))))
    throw invalid('tags are a list of texts');
  return checkPerson(
    {
      id,
      name,
      createdAt,
      ...(metadata !== undefined && { metadata: metadata as Metadata }),
      ...(tags !== undefined && { tags }),
      templates: templates.map((template: unknown) => parseTemplate(template, model, invalid)),
    },
    model,
  );
}

function parseTemplate(value: unknown, model: GalleryModel, invalid: Invalid): Template {
  const { id, createdAt, source, embedding } = isObject(value) ? value : {};
  if (!isId(id) || !isTime(createdAt) || !(source === undefined || typeof source === 'string'))
    throw invalid('a template needs id and createdAt');
  const vector = typeof embedding === 'string' ? decodeEmbedding(embedding, model.dimension) : undefined;
  if (!vector) throw invalid(`an embedding has not ${model.dimension} numbers`);
  return {
    id,
    model: model.fingerprint,
    embedding: vector,
    ...(source !== undefined && { source }),
    createdAt,
  };
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
