// People on their way from one gallery to another: checked, and in batches.
import { InsightFaceError, normalize } from 'insightface-ts';
import { checkMetadata } from '../metadata.js';
import { normalizeName } from '../names.js';
import { normalizeTags } from '../tags.js';
import type { Gallery, GalleryModel, ImportOptions, Person, Template } from '../types.js';

/** A vector whose length is this near to 1 is kept to the last bit, so that a copy equals its original. */
const unitTolerance = 1e-6;
const batchTemplates = 2000;
const batchPeople = 1000;

/** Everybody with all templates, in the gallery's order. */
export async function* peopleOf(gallery: Gallery): AsyncGenerator<Person> {
  for await (const { id } of gallery.list()) {
    const person = await gallery.getById(id);
    if (person) yield person;
  }
}

/**
 * A person from elsewhere, as a gallery of this model takes one.
 * @throws InsightFaceError `INVALID_ARGUMENT`, `MODEL_MISMATCH`, `EMBEDDING_INVALID`.
 */
export function checkPerson(person: Person, model: GalleryModel): Person {
  const { id, name, createdAt, metadata, tags, templates } = person;
  if (!isId(id) || !isTime(createdAt))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${name} needs a UUID as id and an ISO time as createdAt.`,
    );
  const sorted = tags && normalizeTags(tags);
  return {
    id,
    name: normalizeName(name),
    createdAt,
    ...(metadata !== undefined && { metadata: checkMetadata(metadata) }),
    ...(sorted && sorted.length > 0 && { tags: sorted }),
    templates: templates.map(template => checkTemplate(template, name, model)),
  };
}

function checkTemplate(template: Template, name: string, { fingerprint, dimension }: GalleryModel): Template {
  const { id, createdAt, source, embedding } = template;
  if (!isId(id) || !isTime(createdAt) || !(source === undefined || typeof source === 'string'))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `Each template of ${name} needs a UUID as id and an ISO time as createdAt.`,
    );
  if (template.model !== fingerprint || embedding.length !== dimension)
    throw new InsightFaceError(
      'MODEL_MISMATCH',
      `${name} has a template of another model than the gallery's. Enrol the photos again.`,
    );
  const { unit, norm } = normalize(embedding);
  const kept = Math.abs(norm - 1) <= unitTolerance ? embedding : unit;
  return { id, model: fingerprint, embedding: kept, ...(source !== undefined && { source }), createdAt };
}

/**
 * Checked people in batches of a size that one transaction takes well.
 * @throws InsightFaceError as {@link checkPerson}, and `ABORTED`.
 */
export async function* batchesOf(
  people: AsyncIterable<Person> | Iterable<Person>,
  model: GalleryModel,
  { signal }: Pick<ImportOptions, 'signal'> = {},
): AsyncGenerator<Person[]> {
  let batch: Person[] = [];
  let templates = 0;
  const check = () => {
    if (signal?.aborted)
      throw new InsightFaceError('ABORTED', 'The import was stopped. Run it again to go on.');
  };
  for await (const person of people) {
    check();
    batch.push(checkPerson(person, model));
    templates += person.templates.length;
    if (batch.length < batchPeople && templates < batchTemplates) continue;
    yield batch;
    batch = [];
    templates = 0;
  }
  check();
  if (batch.length > 0) yield batch;
}

/** Whether this is a UUID in lower case. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

/** Whether this is a time that JavaScript reads. */
export function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}
