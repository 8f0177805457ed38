// Everybody from one gallery to another, whatever the stores.
import { createHash } from 'node:crypto';
import { InsightFaceError } from 'insightface-ts';
import { checkSameModel } from './models.js';
import { peopleOf } from './transfer/people.js';
import type { Counts, Gallery, ImportOptions, Person, Template } from './types.js';

export interface MigrateOptions extends ImportOptions {
  /**
   * Go on with a migration that was cut off. Without it the target must be empty. People who are there whole already are
   * not written again, but compared like everybody.
   */
  readonly resume?: boolean;
  /** Told while the copy is compared. */
  readonly onCheck?: (done: Counts) => void;
}

export interface Migration extends Counts {
  /** Templates whose numbers the target keeps in less precision (half floats): equal within 0.002. */
  readonly rounded: number;
  /**
   * SHA-256 over person, tags, metadata and every template in the source's order. It equals that of the target unless
   * templates are rounded.
   */
  readonly digest: string;
}

const roundedTolerance = 2e-3;

/**
 * Copies everybody, then reads both galleries again and compares every person and every template. Nobody should change
 * either meanwhile. The source is left as it is.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the target is not empty, `MODEL_MISMATCH`, `GALLERY_INVALID` with the
 * person who differs, `ABORTED`.
 */
export async function migrate(from: Gallery, to: Gallery, options: MigrateOptions = {}): Promise<Migration> {
  const { resume = false, onProgress, onCheck, signal } = options;
  if (from.model) checkSameModel(from.model, to.model, to.location);
  const before = await to.stats();
  if (!resume && before.people > 0)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${to.location} holds ${before.people} people already. Name an empty place, or resume the migration.`,
    );
  await to.importPeople(missing(from, to, resume), {
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  return compare(from, to, onCheck, signal);
}

async function* missing(from: Gallery, to: Gallery, resume: boolean): AsyncGenerator<Person> {
  for await (const person of peopleOf(from)) {
    if (resume) {
      const there = await to.getById(person.id);
      if (there && there.templates.length === person.templates.length) continue;
    }
    yield person;
  }
}

async function compare(
  from: Gallery,
  to: Gallery,
  onCheck: ((done: Counts) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<Migration> {
  const hash = createHash('sha256');
  let people = 0;
  let templates = 0;
  let rounded = 0;
  for await (const person of peopleOf(from)) {
    if (signal?.aborted)
      throw new InsightFaceError('ABORTED', 'The migration was stopped. Resume it to go on.');
    const copy = await to.getById(person.id);
    if (!copy || describe(copy) !== describe(person) || copy.templates.length !== person.templates.length)
      throw differs(person, to);
    const copies = new Map(copy.templates.map(template => [template.id, template]));
    hash.update(describe(person));
    for (const template of person.templates) {
      const difference = distance(template, copies.get(template.id));
      if (!(difference <= roundedTolerance)) throw differs(person, to);
      if (difference > 0) rounded++;
      hash.update(describeTemplate(template)).update(bytesOf(template.embedding));
    }
    people++;
    templates += person.templates.length;
    onCheck?.({ people, templates });
  }
  const target = await to.stats();
  if (target.people !== people || target.templates !== templates)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${to.location} holds ${target.people} people with ${target.templates} templates, not ${people} with ${templates}. Migrate to an empty place.`,
    );
  return { people, templates, rounded, digest: hash.digest('hex') };
}

/** Largest difference of a number; infinity where anything else differs. */
function distance(template: Template, copy: Template | undefined): number {
  if (!copy || describeTemplate(copy) !== describeTemplate(template)) return Number.POSITIVE_INFINITY;
  let largest = copy.embedding.length === template.embedding.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [index, value] of template.embedding.entries())
    largest = Math.max(largest, Math.abs(value - (copy.embedding[index] ?? Number.NaN)));
  return largest;
}

function describe({ id, name, createdAt, tags = [], metadata = {} }: Person): string {
  return JSON.stringify([id, name, Date.parse(createdAt), tags, sorted(metadata)]);
}

function describeTemplate({ id, model, source = '', createdAt }: Template): string {
  return JSON.stringify([id, model, source, Date.parse(createdAt)]);
}

/** Databases may give the fields of an object in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([name, field]) => [name, sorted(field)]);
}

function bytesOf(embedding: Float32Array): Uint8Array {
  return new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
}

function differs(person: Person, to: Gallery): InsightFaceError {
  return new InsightFaceError(
    'GALLERY_INVALID',
    `${person.name} (${person.id}) is not in ${to.location} as in the source. Migrate to an empty place, while nobody changes either gallery.`,
  );
}
