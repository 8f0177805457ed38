// One gallery in Qdrant: a collection. Qdrant has no transactions: the order of the steps is such that whoever is cut
// off in between leaves at most templates that belong to nobody, which no search shows and `compact` removes.
import { randomUUID } from 'node:crypto';
import { checkMetadata } from '../metadata.js';
import { checkSameModel } from '../models.js';
import { nameTaken, nobodyCalled, noTemplate } from '../remote/not-found.js';
import type { NewTemplates, PageOptions, PersonKey, RemoteStore } from '../remote/remote-store.js';
import type { CheckedSearch } from '../search-options.js';
import { normalizeTags } from '../tags.js';
import type { Counts, GalleryModel, Match, Metadata, Person, PersonSummary } from '../types.js';
import { addPeople, describePerson } from './changes.js';
import { type Collection, haveTags, is, isAny, type NewTemplate } from './collection.js';
import {
  metadataOf,
  nextOrder,
  type PersonPoint,
  personPointId,
  type StoredPoint,
  type TemplatePoint,
  toPerson,
  toSummary,
} from './points.js';
import { nearestPeople } from './search.js';

const pageSize = 256;
/** Searches under way at the same time. */
const probesAtOnce = 16;

export class QdrantStore implements RemoteStore {
  readonly #collection: Collection;
  #model: GalleryModel | undefined;

  constructor(collection: Collection, model: GalleryModel | undefined) {
    this.#collection = collection;
    this.#model = model;
  }

  get model(): GalleryModel | undefined {
    return this.#model;
  }

  async adoptModel(model: GalleryModel): Promise<GalleryModel> {
    this.#model = (await this.#collection.gallery())?.model ?? (await this.#collection.create(model));
    checkSameModel(model, this.#model, this.#collection.location);
    return this.#model;
  }

  async counts(): Promise<Counts & { readonly bytes: number }> {
    const people = await this.#collection.count([is('kind', 'person')]);
    const templates = await this.#collection.count([is('kind', 'template')]);
    return { people, templates, bytes: templates * (this.#model?.dimension ?? 0) * 4 };
  }

  async enroll({ name, embeddings, source, metadata, tags }: NewTemplates): Promise<string[]> {
    const createdAt = new Date().toISOString();
    const known = await this.#person(name);
    const person: PersonPoint = {
      kind: 'person',
      person: known?.person ?? randomUUID(),
      name,
      created_at: known?.created_at ?? createdAt,
      ...described(known, { metadata, tags }),
    };
    const templates = embeddings.map(
      (embedding): NewTemplate => ({
        id: randomUUID(),
        embedding,
        payload: {
          kind: 'template',
          person: person.person,
          created_at: createdAt,
          order: nextOrder(),
          source: source ?? null,
          tags: person.tags,
        },
      }),
    );
    await this.#collection.putTemplates(templates);
    const ids = templates.map(({ id }) => id);
    if (known) {
      await describePerson(this.#collection, known, person);
      return ids;
    }
    const owner = await this.#collection.insertPerson(person);
    if (owner.person !== person.person) {
      // Somebody else made the person meanwhile.
      const both = described(owner, { metadata, tags });
      await this.#collection.setPayload({ person: owner.person, tags: both.tags }, { points: ids });
      await describePerson(this.#collection, owner, both);
    }
    return ids;
  }

  async find(key: PersonKey): Promise<Person | undefined> {
    const point = await this.#find(key);
    if (!point) return undefined;
    const [person] = await this.#withTemplates([point]);
    return person;
  }

  async page({ after, limit, tags, search }: PageOptions): Promise<PersonSummary[]> {
    const found: PersonPoint[] = [];
    for await (const { payload } of this.#peopleAfter(after, haveTags(tags))) {
      if (payload.name.toLowerCase().includes(search)) found.push(payload);
      if (found.length === limit) break;
    }
    const counts = await this.#collection.templateCounts(found.map(({ person }) => person));
    return found.map(person => toSummary(person, counts.get(person.person) ?? 0));
  }

  async pageWithTemplates({ after, limit }: Pick<PageOptions, 'after' | 'limit'>): Promise<Person[]> {
    const found: PersonPoint[] = [];
    for await (const { payload } of this.#peopleAfter(after, [])) {
      found.push(payload);
      if (found.length === limit) break;
    }
    return this.#withTemplates(found);
  }

  async remove(name: string): Promise<void> {
    const { person } = await this.#require(name);
    await this.#collection.delete({ filter: { must: [is('person', person)] } });
  }

  async removeTemplate(id: string): Promise<void> {
    const point = await this.#collection.point<TemplatePoint | PersonPoint>(id);
    if (point?.payload.kind !== 'template') throw noTemplate(id);
    await this.#collection.delete({ points: [id] });
  }

  async rename(from: string, to: string): Promise<void> {
    const person = await this.#require(from);
    if (from === to) return;
    const owner = await this.#collection.insertPerson({ ...person, name: to });
    if (owner.person !== person.person) throw nameTaken(to);
    await this.#collection.delete({ points: [personPointId(from)] });
  }

  async merge(from: string, into: string): Promise<void> {
    const ending = await this.#require(from);
    const staying = await this.#require(into);
    const metadata = { ...metadataOf(ending), ...metadataOf(staying) };
    const both = {
      metadata: ending.metadata || staying.metadata ? JSON.stringify(checkMetadata(metadata)) : null,
      tags: normalizeTags([...ending.tags, ...staying.tags]),
    };
    await this.#collection.setPayload(
      { person: staying.person, tags: both.tags },
      { filter: { must: [is('kind', 'template'), is('person', ending.person)] } },
    );
    await describePerson(this.#collection, staying, both);
    await this.#collection.delete({ points: [personPointId(from)] });
  }

  async setMetadata(name: string, metadata: Metadata): Promise<void> {
    const person = await this.#require(name);
    await describePerson(this.#collection, person, { metadata: JSON.stringify(metadata), tags: person.tags });
  }

  async setTags(name: string, tags: readonly string[]): Promise<void> {
    const person = await this.#require(name);
    await describePerson(this.#collection, person, { metadata: person.metadata, tags });
  }

  async search(probes: readonly Float32Array[], options: CheckedSearch): Promise<Match[][]> {
    const found: Match[][] = [];
    for (let start = 0; start < probes.length; start += probesAtOnce) {
      const some = probes.slice(start, start + probesAtOnce);
      found.push(...(await Promise.all(some.map(probe => nearestPeople(this.#collection, probe, options)))));
    }
    return found;
  }

  add(people: readonly Person[]): Promise<Counts> {
    return addPeople(this.#collection, people);
  }

  /** Qdrant makes its index by itself. */
  async finishImport(): Promise<void> {}

  /** Removes the templates of nobody; Qdrant gives space back by itself. */
  async compact(): Promise<void> {
    let from: string | undefined;
    do {
      const { points, next } = await this.#collection.page<TemplatePoint>([is('kind', 'template')], {
        ...(from !== undefined && { from }),
      });
      const owners = [...new Set(points.map(({ payload }) => payload.person))];
      const present = new Set((await this.#collection.people(owners)).map(({ person }) => person));
      const lost = points.filter(({ payload }) => !present.has(payload.person)).map(({ id }) => id);
      if (lost.length > 0) await this.#collection.delete({ points: lost });
      from = next;
    } while (from !== undefined);
  }

  async close(): Promise<void> {}

  async #person(name: string): Promise<PersonPoint | undefined> {
    return (await this.#collection.point<PersonPoint>(personPointId(name)))?.payload;
  }

  async #require(name: string): Promise<PersonPoint> {
    const person = await this.#person(name);
    if (!person) throw nobodyCalled(name);
    return person;
  }

  async #find(key: PersonKey): Promise<PersonPoint | undefined> {
    if ('name' in key) return this.#person(key.name);
    let id: string | undefined;
    if ('id' in key) id = key.id;
    else {
      const template = await this.#collection.point<TemplatePoint | PersonPoint>(key.template);
      if (template?.payload.kind === 'template') id = template.payload.person;
    }
    const [person] = id === undefined ? [] : await this.#collection.people([id]);
    return person;
  }

  async *#peopleAfter(
    name: string | undefined,
    conditions: readonly ReturnType<typeof is>[],
  ): AsyncGenerator<StoredPoint<PersonPoint>> {
    const start = name === undefined ? undefined : personPointId(name);
    let from = start;
    do {
      const { points, next } = await this.#collection.page<PersonPoint>(
        [is('kind', 'person'), ...conditions],
        {
          limit: pageSize,
          ...(from !== undefined && { from }),
        },
      );
      for (const point of points) if (point.id !== start) yield point;
      from = next;
    } while (from !== undefined);
  }

  async #withTemplates(people: readonly PersonPoint[]): Promise<Person[]> {
    if (people.length === 0) return [];
    const owners = isAny(
      'person',
      people.map(({ person }) => person),
    );
    const templates = await this.#collection.all<TemplatePoint>([is('kind', 'template'), owners], true);
    return people.map(point =>
      toPerson(
        point,
        templates.filter(({ payload }) => payload.person === point.person),
        this.#model?.fingerprint ?? '',
      ),
    );
  }
}

/** What a person has after enrolment. */
function described(
  known: PersonPoint | undefined,
  { metadata, tags }: { metadata: Metadata | undefined; tags: readonly string[] },
): Pick<PersonPoint, 'metadata' | 'tags'> {
  const before = known && metadataOf(known);
  return {
    metadata: metadata
      ? JSON.stringify(checkMetadata({ ...before, ...metadata }))
      : (known?.metadata ?? null),
    tags: normalizeTags([...(known?.tags ?? []), ...tags]),
  };
}
