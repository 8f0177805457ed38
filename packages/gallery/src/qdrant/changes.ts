// Changes that several calls make.
import { planImport } from '../remote/import-plan.js';
import type { Counts, Person } from '../types.js';
import { type Collection, is } from './collection.js';
import { metadataOf, nextOrder, type PersonPoint, personPointId } from './points.js';

/** One request changes the tags of the person and, for the filter of searches, of all templates. */
export async function describePerson(
  collection: Collection,
  { person, name, metadata, tags }: PersonPoint,
  next: Pick<PersonPoint, 'metadata' | 'tags'>,
): Promise<void> {
  if (next.tags.join('\n') !== tags.join('\n'))
    await collection.setPayload({ tags: next.tags }, { filter: { must: [is('person', person)] } });
  if (next.metadata !== metadata)
    await collection.setPayload({ metadata: next.metadata }, { points: [personPointId(name)] });
}

/** Adds people who come with ids and times: what is there already is left alone. */
export async function addPeople(collection: Collection, people: readonly Person[]): Promise<Counts> {
  const byName = await collection.points<PersonPoint>(people.map(({ name }) => personPointId(name)));
  const byId = await collection.people(people.map(({ id }) => id));
  const known = [...byName.map(({ payload }) => payload), ...byId];
  const wanted = people.flatMap(({ templates }) => templates.map(({ id }) => id));
  const present = await collection.points(wanted);
  const plan = planImport(
    people,
    known.map(person => ({
      id: person.person,
      name: person.name,
      metadata: metadataOf(person) ?? null,
      tags: person.tags,
    })),
    new Set(present.map(({ id }) => id)),
  );
  const described = new Map(plan.described.map(person => [person.id, person]));
  const tagsOf = new Map<string, readonly string[]>([
    ...known.map(({ person, tags }) => [person, tags] as const),
    ...plan.newcomers.map(({ id, tags = [] }) => [id, tags] as const),
    ...plan.described.map(({ id, tags }) => [id, tags] as const),
  ]);
  await collection.putTemplates(
    plan.templates.map(({ id, person, createdAt, source, embedding }) => ({
      id,
      embedding,
      payload: {
        kind: 'template',
        person,
        created_at: createdAt,
        order: nextOrder(),
        source: source ?? null,
        tags: tagsOf.get(person) ?? [],
      },
    })),
  );
  await collection.insertPeople(
    plan.newcomers.map(({ id, name, createdAt, metadata, tags = [] }) => ({
      kind: 'person',
      person: id,
      name,
      created_at: createdAt,
      metadata: metadata ? JSON.stringify(metadata) : null,
      tags: described.get(id)?.tags ?? tags,
    })),
  );
  for (const person of known) {
    const more = described.get(person.person);
    if (more)
      await describePerson(collection, person, {
        metadata: more.metadata ? JSON.stringify(more.metadata) : null,
        tags: more.tags,
      });
  }
  return plan.counts;
}
