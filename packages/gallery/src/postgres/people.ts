// Changes to people, each within a transaction that locks the rows it changes.
import { randomUUID } from 'node:crypto';
import { checkMetadata } from '../metadata.js';
import { nameTaken, nobodyCalled } from '../remote/not-found.js';
import type { NewTemplates } from '../remote/remote-store.js';
import { normalizeTags } from '../tags.js';
import type { Connection } from './database.js';
import { encodeVector, fold, type PersonRow, personColumns } from './rows.js';

/** A template to be written. */
export interface TemplateToInsert {
  readonly person: string;
  readonly id: string;
  readonly createdAt: string;
  readonly source?: string;
  readonly embedding: Float32Array;
}

/** A statement may have 65,535 parameters. */
const insertedAtOnce = 5000;

/** Rows of parameters as `($1, $2), ($3, $4)`, beginning with `$first`, and their values. */
export function parameterRows(rows: readonly (readonly unknown[])[], first = 1) {
  let next = first;
  const sql = rows.map(row => `(${row.map(() => `$${next++}`).join(', ')})`).join(', ');
  return { sql, values: rows.flat() };
}

export async function insertTemplates(
  connection: Connection,
  gallery: number,
  templates: readonly TemplateToInsert[],
): Promise<void> {
  for (let start = 0; start < templates.length; start += insertedAtOnce) {
    const rows = templates
      .slice(start, start + insertedAtOnce)
      .map(({ person, id, createdAt, source, embedding }) => [
        gallery,
        person,
        id,
        createdAt,
        source ?? null,
        encodeVector(embedding),
      ]);
    const { sql, values } = parameterRows(rows);
    await connection.query(
      `INSERT INTO insightface.templates (gallery, person, id, created_at, source, embedding) VALUES ${sql}`,
      values,
    );
  }
}

export async function enroll(
  connection: Connection,
  gallery: number,
  { name, embeddings, source, metadata, tags }: NewTemplates,
): Promise<string[]> {
  const createdAt = new Date().toISOString();
  // Two who enrol one new name at once: the second waits here for the first, and then finds the person.
  const [person] = await connection.query<PersonRow>(
    `INSERT INTO insightface.people AS p (gallery, id, name, folded_name, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (gallery, name) DO UPDATE SET name = excluded.name RETURNING ${personColumns}`,
    [gallery, randomUUID(), name, fold(name), createdAt],
  );
  const { number } = person!;
  if (metadata || tags.length > 0)
    await describePerson(connection, gallery, number, {
      metadata: metadata ? checkMetadata({ ...person!.metadata, ...metadata }) : person!.metadata,
      tags: normalizeTags([...person!.tags, ...tags]),
    });
  const templates = embeddings.map(embedding => ({
    person: number,
    id: randomUUID(),
    createdAt,
    ...(source !== undefined && { source }),
    embedding,
  }));
  await insertTemplates(connection, gallery, templates);
  return templates.map(({ id }) => id);
}

/** @throws InsightFaceError `PERSON_NOT_FOUND`, `PERSON_EXISTS`. */
export async function rename(
  connection: Connection,
  gallery: number,
  from: string,
  to: string,
): Promise<void> {
  const people = await lockPeople(connection, gallery, [from, to]);
  const person = people.find(({ name }) => name === from);
  if (!person) throw nobodyCalled(from);
  if (from === to) return;
  if (people.length > 1) throw nameTaken(to);
  await connection.query(
    'UPDATE insightface.people SET name = $3, folded_name = $4 WHERE gallery = $1 AND number = $2',
    [gallery, person.number, to, fold(to)],
  );
}

/** @throws InsightFaceError `PERSON_NOT_FOUND`. */
export async function merge(
  connection: Connection,
  gallery: number,
  from: string,
  into: string,
): Promise<void> {
  const people = await lockPeople(connection, gallery, [from, into]);
  const require = (wanted: string) => {
    const person = people.find(({ name }) => name === wanted);
    if (!person) throw nobodyCalled(wanted);
    return person;
  };
  const [ending, staying] = [require(from), require(into)];
  const metadata = { ...ending.metadata, ...staying.metadata };
  await describePerson(connection, gallery, staying.number, {
    metadata: ending.metadata || staying.metadata ? checkMetadata(metadata) : null,
    tags: normalizeTags([...ending.tags, ...staying.tags]),
  });
  await connection.query('UPDATE insightface.templates SET person = $3 WHERE gallery = $1 AND person = $2', [
    gallery,
    ending.number,
    staying.number,
  ]);
  await connection.query('DELETE FROM insightface.people WHERE gallery = $1 AND number = $2', [
    gallery,
    ending.number,
  ]);
}

export async function describePerson(
  connection: Connection,
  gallery: number,
  person: string,
  { metadata, tags }: Pick<PersonRow, 'metadata' | 'tags'>,
): Promise<void> {
  await connection.query(
    'UPDATE insightface.people SET metadata = $3::json, tags = $4 WHERE gallery = $1 AND number = $2',
    [gallery, person, metadata && JSON.stringify(metadata), tags],
  );
}

/** In one order for all, so that two merges do not wait for each other. */
function lockPeople(connection: Connection, gallery: number, names: readonly string[]): Promise<PersonRow[]> {
  return connection.query<PersonRow>(
    `SELECT ${personColumns} FROM insightface.people p WHERE gallery = $1 AND name = ANY($2)
     ORDER BY number FOR UPDATE`,
    [gallery, names],
  );
}
