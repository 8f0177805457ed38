// Adds people who come with ids and times: what is there already is left alone.
import { planImport } from '../remote/import-plan.js';
import type { Counts, Person } from '../types.js';
import type { Connection } from './database.js';
import { describePerson, insertTemplates, parameterRows } from './people.js';
import { fold, type PersonRow, personColumns } from './rows.js';

/** A newcomer has 7 parameters, and a statement at most 65,535. */
const insertedAtOnce = 5000;

export async function addPeople(
  connection: Connection,
  gallery: number,
  people: readonly Person[],
): Promise<Counts> {
  const known = await connection.query<PersonRow>(
    `SELECT ${personColumns} FROM insightface.people p
     WHERE gallery = $1 AND (id = ANY($2::uuid[]) OR name = ANY($3)) ORDER BY number FOR UPDATE`,
    [gallery, people.map(({ id }) => id), people.map(({ name }) => name)],
  );
  const present = await connection.query<{ id: string }>(
    'SELECT id FROM insightface.templates WHERE gallery = $1 AND id = ANY($2::uuid[])',
    [gallery, people.flatMap(({ templates }) => templates.map(({ id }) => id))],
  );
  const plan = planImport(people, known, new Set(present.map(({ id }) => id)));
  const numbers = new Map(known.map(({ id, number }) => [id, number]));
  for (const { id, number } of await insertNewcomers(connection, gallery, plan.newcomers))
    numbers.set(id, number);
  for (const { id, metadata = null, tags } of plan.described) {
    const number = numbers.get(id);
    if (number !== undefined)
      await describePerson(connection, gallery, number, { metadata, tags: [...tags] });
  }
  await insertTemplates(
    connection,
    gallery,
    plan.templates.map(template => ({ ...template, person: numbers.get(template.person)! })),
  );
  return plan.counts;
}

async function insertNewcomers(connection: Connection, gallery: number, newcomers: readonly Person[]) {
  const numbered: Pick<PersonRow, 'id' | 'number'>[] = [];
  // In one order for all, so that two imports do not wait for each other.
  const sorted = newcomers.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  for (let start = 0; start < sorted.length; start += insertedAtOnce) {
    const rows = sorted
      .slice(start, start + insertedAtOnce)
      .map(({ id, name, createdAt, metadata, tags = [] }) => [
        gallery,
        id,
        name,
        fold(name),
        createdAt,
        metadata ? JSON.stringify(metadata) : null,
        [...tags],
      ]);
    const { sql, values } = parameterRows(rows);
    const inserted = await connection.query<Pick<PersonRow, 'id' | 'number'>>(
      `INSERT INTO insightface.people (gallery, id, name, folded_name, created_at, metadata, tags)
       VALUES ${sql} RETURNING id, number`,
      values,
    );
    numbered.push(...inserted);
  }
  return numbered;
}
