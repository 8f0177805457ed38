// A gallery whose people lie in a database: what does not depend on which.
import { dot, InsightFaceError } from 'insightface-ts';
import { toUnit } from '../embeddings.js';
import { checkMetadata } from '../metadata.js';
import { requireModel } from '../models.js';
import { normalizeName } from '../names.js';
import { checkSearch } from '../search-options.js';
import { normalizeTags } from '../tags.js';
import { exportFormat, exportVersion } from '../transfer/format.js';
import { importGallery } from '../transfer/import-gallery.js';
import { batchesOf } from '../transfer/people.js';
import { writeExport } from '../transfer/write.js';
import type {
  Counts,
  EnrollOptions,
  Gallery,
  GalleryModel,
  GalleryStats,
  ImportOptions,
  ListOptions,
  Match,
  Metadata,
  Person,
  PersonSummary,
  SearchOptions,
} from '../types.js';
import { nobodyCalled, noTemplate } from './not-found.js';
import type { RemoteStore } from './remote-store.js';
import { checkSource } from './source.js';

export interface RemoteGalleryOptions {
  /** The model that was named when the gallery was opened. */
  readonly model?: GalleryModel;
  readonly readonly: boolean;
}

const pageSize = 256;
/** People with templates, which are large. */
const fullPageSize = 64;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks what it is given, once for all databases, and leaves the rest to a {@link RemoteStore}. */
export class RemoteGallery implements Gallery {
  readonly location: string;
  readonly #store: RemoteStore;
  readonly #options: RemoteGalleryOptions;
  #closed = false;

  constructor(location: string, store: RemoteStore, options: RemoteGalleryOptions) {
    this.location = location;
    this.#store = store;
    this.#options = options;
  }

  get model(): GalleryModel | undefined {
    return this.#open().model;
  }

  async stats(): Promise<GalleryStats> {
    const { people, templates, bytes } = await this.#open().counts();
    const { model } = this;
    return { people, templates, ...(model && { model }), bytes };
  }

  async enroll(
    name: string,
    embeddings: Float32Array | readonly Float32Array[],
    { source, metadata, tags = [] }: EnrollOptions = {},
  ): Promise<string[]> {
    const store = this.#writable();
    const { dimension } = requireModel(this.#options.model);
    const vectors = embeddings instanceof Float32Array ? [embeddings] : embeddings;
    if (vectors.length === 0)
      throw new InsightFaceError('INVALID_ARGUMENT', 'No embedding was given. Give at least one.');
    return store.enroll({
      name: normalizeName(name),
      embeddings: vectors.map(vector => toUnit(vector, dimension)),
      ...(source !== undefined && { source: checkSource(source) }),
      ...(metadata && { metadata: checkMetadata(metadata) }),
      tags: normalizeTags(tags),
    });
  }

  async get(name: string): Promise<Person | undefined> {
    return this.#open().find({ name: normalizeName(name) });
  }

  async getById(id: string): Promise<Person | undefined> {
    const store = this.#open();
    return uuidPattern.test(id) ? store.find({ id: id.toLowerCase() }) : undefined;
  }

  async getByTemplate(id: string): Promise<Person | undefined> {
    const store = this.#open();
    return uuidPattern.test(id) ? store.find({ template: id.toLowerCase() }) : undefined;
  }

  async *list({ after, limit = Number.POSITIVE_INFINITY, tags = [], search = '' }: ListOptions = {}) {
    const normalTags = normalizeTags(tags);
    const folded = search.normalize('NFC').toLowerCase();
    let last = after?.normalize('NFC');
    for (let left = limit; left > 0; ) {
      const size = Math.min(pageSize, left);
      const page: PersonSummary[] = await this.#open().page({
        ...(last !== undefined && { after: last }),
        limit: size,
        tags: normalTags,
        search: folded,
      });
      yield* page;
      if (page.length < size) return;
      left -= page.length;
      last = page.at(-1)?.name;
    }
  }

  async remove(name: string): Promise<void> {
    await this.#writable().remove(normalizeName(name));
  }

  async removeTemplate(id: string): Promise<void> {
    const store = this.#writable();
    if (!uuidPattern.test(id)) throw noTemplate(id);
    await store.removeTemplate(id.toLowerCase());
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#writable().rename(normalizeName(from), normalizeName(to));
  }

  async merge(from: string, into: string): Promise<void> {
    const store = this.#writable();
    const [ending, staying] = [normalizeName(from), normalizeName(into)];
    if (ending === staying)
      throw new InsightFaceError('INVALID_ARGUMENT', 'A person cannot be merged with itself. Name two.');
    await store.merge(ending, staying);
  }

  async setMetadata(name: string, metadata: Metadata): Promise<void> {
    await this.#writable().setMetadata(normalizeName(name), checkMetadata(metadata));
  }

  async setTags(name: string, tags: readonly string[]): Promise<void> {
    await this.#writable().setTags(normalizeName(name), normalizeTags(tags));
  }

  async search(embedding: Float32Array, options?: SearchOptions): Promise<Match[]> {
    const [matches = []] = await this.searchMany([embedding], options);
    return matches;
  }

  async searchMany(embeddings: readonly Float32Array[], options?: SearchOptions): Promise<Match[][]> {
    const store = this.#open();
    const { dimension } = requireModel(this.#options.model);
    const probes = embeddings.map(embedding => toUnit(embedding, dimension));
    const checked = checkSearch(options);
    return checked.people?.length === 0 ? probes.map(() => []) : store.search(probes, checked);
  }

  async verify(name: string, embedding: Float32Array): Promise<Match> {
    const store = this.#open();
    const probe = toUnit(embedding, requireModel(this.#options.model).dimension);
    const person = await store.find({ name: normalizeName(name) });
    if (!person) throw nobodyCalled(name);
    const ranked = person.templates.map(template => ({
      templateId: template.id,
      similarity: Math.max(-1, Math.min(1, dot(probe, template.embedding))),
    }));
    const [first, ...others] = ranked;
    if (!first) throw new InsightFaceError('PERSON_NOT_FOUND', `${person.name} has no templates. Enrol one.`);
    const best = others.reduce((one, other) => (other.similarity > one.similarity ? other : one), first);
    return {
      name: person.name,
      personId: person.id,
      ...best,
      ...(person.tags && { tags: person.tags }),
    };
  }

  async importPeople(
    people: AsyncIterable<Person> | Iterable<Person>,
    { onProgress, signal }: ImportOptions = {},
  ): Promise<Counts> {
    const store = this.#writable();
    const model = requireModel(store.model);
    const counts = { people: 0, templates: 0 };
    for await (const batch of batchesOf(people, model, { ...(signal && { signal }) })) {
      for (const { templates } of batch) for (const { source } of templates) checkSource(source ?? '');
      const added = await this.#writable().add(batch);
      counts.people += added.people;
      counts.templates += added.templates;
      onProgress?.({ ...counts });
    }
    await store.finishImport();
    return counts;
  }

  async export(file: string): Promise<Counts> {
    const { model } = this;
    const head = { format: exportFormat, version: exportVersion, ...(model && { model }) } as const;
    return writeExport(file, head, this.#everybody());
  }

  async import(file: string): Promise<Counts> {
    const store = this.#writable();
    return importGallery(this, file, async model => {
      await store.adoptModel(model);
    });
  }

  async compact(): Promise<Counts> {
    const store = this.#writable();
    await store.compact();
    const { people, templates } = await store.counts();
    return { people, templates };
  }

  async check(): Promise<Counts> {
    const dimension = this.model?.dimension ?? 0;
    const counts = { people: 0, templates: 0 };
    for await (const { name, templates } of this.#everybody()) {
      counts.people++;
      counts.templates += templates.length;
      for (const { id, embedding } of templates)
        if (embedding.length !== dimension || !(Math.abs(Math.sqrt(dot(embedding, embedding)) - 1) < 1e-3))
          throw new InsightFaceError(
            'GALLERY_INVALID',
            `Template ${id} of ${name} is no embedding of unit length. Remove it and enrol the photo again.`,
          );
    }
    return counts;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#store.close();
  }

  async *#everybody(): AsyncGenerator<Person> {
    let after: string | undefined;
    for (;;) {
      const page: Person[] = await this.#open().pageWithTemplates({
        ...(after !== undefined && { after }),
        limit: fullPageSize,
      });
      yield* page;
      if (page.length < fullPageSize) return;
      after = page.at(-1)?.name;
    }
  }

  #open(): RemoteStore {
    if (this.#closed) throw new InsightFaceError('DISPOSED', 'This gallery was closed. Open it again.');
    return this.#store;
  }

  #writable(): RemoteStore {
    const store = this.#open();
    if (this.#options.readonly)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        'This gallery was opened to be read only. Open it without readonly.',
      );
    return store;
  }
}
