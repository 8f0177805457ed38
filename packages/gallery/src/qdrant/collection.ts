// The requests that the store makes, on one collection.
import type { QdrantClient, Schemas } from '@qdrant/js-client-rest';
import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel } from '../types.js';
import {
  formatVersion,
  type GalleryPoint,
  galleryPointId,
  type PersonPoint,
  personPointId,
  readPoint,
  type StoredPoint,
  type TemplatePoint,
  vectorName,
} from './points.js';
import { answered, type QdrantPlace } from './qdrant-client.js';

export type Condition = { readonly key: string; readonly match: { value: string } | { any: string[] } };

export interface NewTemplate {
  readonly id: string;
  readonly payload: TemplatePoint;
  readonly embedding: Float32Array;
}

/** Done everywhere before it is answered, one after another. */
const durable = { wait: true, ordering: 'strong' } as const;
/** Points in a request; with 512 numbers each they take some 5 MB of the 32 that a server takes. */
const pointsAtOnce = 500;
/** Widens the graph search: https://qdrant.tech/documentation/concepts/search/ (`hnsw_ef`). */
const breadth = 256;

export const is = (key: string, value: string): Condition => ({ key, match: { value } });
export const isAny = (key: string, values: readonly string[]): Condition => ({
  key,
  match: { any: [...values] },
});
export const haveTags = (tags: readonly string[]): Condition[] => tags.map(tag => is('tags', tag));

export class Collection {
  readonly location: string;
  readonly #client: QdrantClient;
  readonly #name: string;
  #exists = false;

  constructor({ client, location }: QdrantPlace, name: string) {
    this.#client = client;
    this.location = location;
    this.#name = name;
  }

  /** The gallery's own point, or `undefined` when there is no collection yet. */
  async gallery(): Promise<GalleryPoint | undefined> {
    this.#exists = (await this.#answer(this.#client.collectionExists(this.#name))).exists;
    if (!this.#exists) return undefined;
    const point = await this.point<Partial<GalleryPoint>>(galleryPointId);
    // Somebody is making it at this moment, or was cut off: an empty collection is nobody's.
    if (!point && (await this.count([])) === 0) return undefined;
    const { kind, version, model } = point?.payload ?? {};
    if (kind !== 'gallery' || version !== formatVersion || !model)
      throw new InsightFaceError(
        'GALLERY_INVALID',
        `The collection ${this.#name} at ${this.location} is of another program or of a newer version of this library. Choose another tenant, or update.`,
      );
    return { kind, version, model };
  }

  /** Makes the collection unless somebody else was quicker; returns the model that it has. */
  async create(model: GalleryModel): Promise<GalleryModel> {
    // Embeddings have unit length, so the inner product is the cosine, and they come back as they were given.
    const vectors = { [vectorName]: { size: model.dimension, distance: 'Dot' as const } };
    try {
      await this.#answer(this.#client.createCollection(this.#name, { vectors }));
    } catch (error) {
      if (!(await this.#answer(this.#client.collectionExists(this.#name))).exists) throw error;
    }
    for (const field_name of ['kind', 'person', 'tags'])
      await this.#answer(
        this.#client.createPayloadIndex(this.#name, { field_name, field_schema: 'keyword', wait: true }),
      );
    const payload: GalleryPoint = { kind: 'gallery', version: formatVersion, model };
    await this.#upsert([{ id: galleryPointId, vector: {}, payload: { ...payload } }], 'insert_only');
    return (await this.gallery())?.model ?? model;
  }

  async count(conditions: readonly Condition[]): Promise<number> {
    if (!this.#exists) return 0;
    const filter = { must: [...conditions] };
    return (await this.#answer(this.#client.count(this.#name, { filter, exact: true }))).count;
  }

  /** How many templates each of these people has. */
  async templateCounts(people: readonly string[]): Promise<Map<string, number>> {
    if (people.length === 0 || !this.#exists) return new Map();
    const filter = { must: [is('kind', 'template'), isAny('person', people)] };
    const { hits } = await this.#answer(
      this.#client.facet(this.#name, { key: 'person', filter, limit: people.length, exact: true }),
    );
    return new Map(hits.map(({ value, count }) => [String(value), count]));
  }

  async point<Payload>(id: string): Promise<StoredPoint<Payload> | undefined> {
    const [point] = await this.points<Payload>([id]);
    return point;
  }

  async points<Payload>(ids: readonly string[]): Promise<StoredPoint<Payload>[]> {
    const found: StoredPoint<Payload>[] = [];
    if (!this.#exists) return found;
    for (const some of chunks(ids)) {
      const request = { ids: some, with_payload: true, with_vector: false };
      const points = await this.#answer(this.#client.retrieve(this.#name, request));
      found.push(...points.map(point => readPoint<Payload>(point)));
    }
    return found;
  }

  /** Points in the order of their ids, from one on. */
  async page<Payload>(
    conditions: readonly Condition[],
    {
      from,
      limit = pointsAtOnce,
      vectors = false,
    }: { from?: string; limit?: number; vectors?: boolean } = {},
  ): Promise<{ points: StoredPoint<Payload>[]; next: string | undefined }> {
    if (!this.#exists) return { points: [], next: undefined };
    const { points, next_page_offset: next } = await this.#answer(
      this.#client.scroll(this.#name, {
        filter: { must: [...conditions] },
        limit,
        with_payload: true,
        with_vector: vectors,
        ...(from !== undefined && { offset: from }),
      }),
    );
    return {
      points: points.map(point => readPoint<Payload>(point)),
      next: next === null || next === undefined ? undefined : String(next),
    };
  }

  /** All of them, page by page. */
  async all<Payload>(conditions: readonly Condition[], vectors = false): Promise<StoredPoint<Payload>[]> {
    const found: StoredPoint<Payload>[] = [];
    let from: string | undefined;
    do {
      const { points, next } = await this.page<Payload>(conditions, {
        vectors,
        ...(from !== undefined && { from }),
      });
      found.push(...points);
      from = next;
    } while (from !== undefined);
    return found;
  }

  async people(ids: readonly string[]): Promise<PersonPoint[]> {
    const found: PersonPoint[] = [];
    for (const some of chunks(ids)) {
      const conditions = [is('kind', 'person'), isAny('person', some)];
      found.push(...(await this.all<PersonPoint>(conditions)).map(({ payload }) => payload));
    }
    return found;
  }

  /** Makes the person of a name, unless there is one; returns who has the name then. */
  async insertPerson(person: PersonPoint): Promise<PersonPoint> {
    const id = personPointId(person.name);
    await this.insertPeople([person]);
    return (await this.point<PersonPoint>(id))?.payload ?? person;
  }

  async insertPeople(people: readonly PersonPoint[]): Promise<void> {
    const points = people.map(person => ({
      id: personPointId(person.name),
      vector: {},
      payload: { ...person },
    }));
    for (const some of chunks(points)) await this.#upsert(some, 'insert_only');
  }

  /** Up to 500 are there whole or not at all. */
  async putTemplates(templates: readonly NewTemplate[]): Promise<void> {
    const points = templates.map(({ id, payload, embedding }) => ({
      id,
      payload: { ...payload },
      vector: { [vectorName]: [...embedding] },
    }));
    for (const some of chunks(points)) await this.#upsert(some);
  }

  /** Sets fields of some points. */
  async setPayload(
    payload: object,
    where: { points: string[] } | { filter: { must: Condition[] } },
  ): Promise<void> {
    await this.#answer(
      this.#client.setPayload(this.#name, { payload: { ...payload }, ...where, ...durable }),
    );
  }

  async delete(where: { points: string[] } | { filter: { must: Condition[] } }): Promise<void> {
    await this.#answer(this.#client.delete(this.#name, { ...where, ...durable }));
  }

  /** The best template of each of the best people. */
  async nearest(probe: Float32Array, conditions: readonly Condition[], limit: number, threshold: number) {
    const { groups } = await this.#answer(
      this.#client.queryGroups(this.#name, {
        query: [...probe],
        using: vectorName,
        group_by: 'person',
        group_size: 1,
        limit,
        with_payload: false,
        params: { hnsw_ef: breadth },
        ...(conditions.length > 0 && { filter: { must: [...conditions] } }),
        ...(threshold > Number.NEGATIVE_INFINITY && { score_threshold: threshold }),
      }),
    );
    return groups.map(({ id, hits }) => ({
      person: String(id),
      template: String(hits[0]?.id),
      similarity: hits[0]?.score ?? 0,
    }));
  }

  async #upsert(
    points: Schemas['PointStruct'][],
    update_mode: Schemas['UpdateMode'] = 'upsert',
  ): Promise<void> {
    await this.#answer(this.#client.upsert(this.#name, { points, update_mode, ...durable }));
  }

  #answer<T>(request: Promise<T>): Promise<T> {
    return answered(this.location, request);
  }
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += pointsAtOnce)
    yield items.slice(start, start + pointsAtOnce);
}
