// People and templates as points of one collection. Three kinds, told apart by `kind`:
//   gallery   one point without a vector: the model
//   person    a point without a vector whose id is a hash of the name, which makes names unique
//   template  a point whose id is the template's own, with the embedding; `person` is the person's id
import { createHash } from 'node:crypto';
import type { GalleryModel, Metadata, Person, PersonSummary, Template } from '../types.js';

export const formatVersion = 1;
export const vectorName = 'embedding';

export interface PersonPoint {
  readonly kind: 'person';
  readonly person: string;
  readonly name: string;
  readonly created_at: string;
  /** JSON text, so that nothing in it is taken for an index or a path. */
  readonly metadata: string | null;
  readonly tags: readonly string[];
}

export interface TemplatePoint {
  readonly kind: 'template';
  readonly person: string;
  readonly created_at: string;
  /** Microseconds, to tell apart those of one moment. */
  readonly order: number;
  readonly source: string | null;
  /** The person's, for the filter of searches. */
  readonly tags: readonly string[];
}

export interface GalleryPoint {
  readonly kind: 'gallery';
  readonly version: number;
  readonly model: GalleryModel;
}

/** What the server gives: payloads of points that this library wrote. */
export interface StoredPoint<Payload> {
  readonly id: string;
  readonly payload: Payload;
  readonly embedding?: Float32Array;
}

/** Point ids are UUIDs. */
export function hashId(kind: 'person' | 'gallery', text: string): string {
  const hex = createHash('sha256').update(`${kind}:${text}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

export const personPointId = (name: string): string => hashId('person', name);
export const galleryPointId = hashId('gallery', '');

/** Never the same twice within a process. */
let lastOrder = 0;
export function nextOrder(): number {
  lastOrder = Math.max(lastOrder + 1, Math.round((performance.timeOrigin + performance.now()) * 1000));
  return lastOrder;
}

export function readPoint<Payload>(point: {
  readonly id: string | number;
  readonly payload?: unknown;
  readonly vector?: unknown;
}): StoredPoint<Payload> {
  const vectors = point.vector as Record<string, number[]> | null | undefined;
  const embedding = vectors?.[vectorName];
  return {
    id: String(point.id),
    payload: point.payload as Payload,
    ...(embedding && { embedding: Float32Array.from(embedding) }),
  };
}

export function metadataOf({ metadata }: PersonPoint): Metadata | undefined {
  return metadata === null ? undefined : (JSON.parse(metadata) as Metadata);
}

export function toSummary(point: PersonPoint, templates: number): PersonSummary {
  const { id, name, ...rest } = describe(point);
  return { id, name, templates, ...rest };
}

export function toPerson(
  point: PersonPoint,
  templates: readonly StoredPoint<TemplatePoint>[],
  model: string,
): Person {
  return { ...describe(point), templates: templates.toSorted(byAge).map(each => toTemplate(each, model)) };
}

function describe(point: PersonPoint) {
  const { person: id, name, created_at: createdAt, tags } = point;
  const metadata = metadataOf(point);
  return { id, name, createdAt, ...(metadata && { metadata }), ...(tags.length > 0 && { tags }) };
}

function byAge({ payload: one }: StoredPoint<TemplatePoint>, { payload: other }: StoredPoint<TemplatePoint>) {
  return Date.parse(one.created_at) - Date.parse(other.created_at) || one.order - other.order;
}

function toTemplate({ id, payload, embedding }: StoredPoint<TemplatePoint>, model: string): Template {
  return {
    id,
    model,
    embedding: embedding ?? new Float32Array(0),
    ...(payload.source !== null && { source: payload.source }),
    createdAt: payload.created_at,
  };
}
