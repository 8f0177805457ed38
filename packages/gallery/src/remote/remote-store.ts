// What a database does for a gallery. Everything it is given is checked already: names and tags in their normal form,
// embeddings of unit length and of the model's dimension, ids that are UUIDs.
import type { CheckedSearch } from '../search-options.js';
import type { Counts, GalleryModel, Match, Metadata, Person, PersonSummary } from '../types.js';

export interface NewTemplates {
  readonly name: string;
  readonly embeddings: readonly Float32Array[];
  readonly source?: string;
  readonly metadata?: Metadata;
  readonly tags: readonly string[];
}

export interface PageOptions {
  /** Begin after this name. */
  readonly after?: string;
  readonly limit: number;
  readonly tags: readonly string[];
  /** In lower case. */
  readonly search: string;
}

/** Who is meant: by name, by id, or by the id of a template. */
export type PersonKey = { readonly name: string } | { readonly id: string } | { readonly template: string };

/** Each change is there whole or not at all, as far as the database can. */
export interface RemoteStore {
  readonly model: GalleryModel | undefined;
  /** Makes this the model of a gallery that has none; returns the one that it has then. */
  adoptModel(model: GalleryModel): Promise<GalleryModel>;
  counts(): Promise<Counts & { readonly bytes: number }>;
  enroll(templates: NewTemplates): Promise<string[]>;
  find(key: PersonKey): Promise<Person | undefined>;
  /** People in the store's order. */
  page(options: PageOptions): Promise<PersonSummary[]>;
  /** The same with templates. */
  pageWithTemplates(options: Pick<PageOptions, 'after' | 'limit'>): Promise<Person[]>;
  remove(name: string): Promise<void>;
  removeTemplate(id: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  merge(from: string, into: string): Promise<void>;
  setMetadata(name: string, metadata: Metadata): Promise<void>;
  setTags(name: string, tags: readonly string[]): Promise<void>;
  /** Best first, for each probe. */
  search(probes: readonly Float32Array[], options: CheckedSearch): Promise<Match[][]>;
  /** Adds what is not there yet; returns how much was new. */
  add(people: readonly Person[]): Promise<Counts>;
  /** After the last of a bulk import. */
  finishImport(): Promise<void>;
  compact(): Promise<void>;
  close(): Promise<void>;
}
