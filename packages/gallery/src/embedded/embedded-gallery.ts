import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dot, InsightFaceError } from 'insightface-ts';
import { toUnit } from '../embeddings.js';
import { checkMetadata } from '../metadata.js';
import { checkSameModel, requireModel } from '../models.js';
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
  OpenGalleryOptions,
  Person,
  PersonSummary,
  SearchOptions,
} from '../types.js';
import { checkRecords } from './check.js';
import type { Codec } from './codec.js';
import { EmbeddedSearch } from './embedded-search.js';
import { importBatch } from './import-batch.js';
import { newEncryption, openCodec, openGalleryStore } from './open-store.js';
import { type NumberedPerson, PeopleStore, putHeader, readHeader } from './people-store.js';
import { PersonSealer } from './person-sealer.js';
import { fullPerson, summarize } from './person-views.js';
import { format, version } from './records.js';
import { rotateKeys } from './rotate-keys.js';
import type { Store } from './store.js';
import { dataFile } from './store-file.js';

const listPage = 256;

/**
 * People and their templates in a folder: durable (what was acknowledged outlives a crash and a power cut), and safe
 * for several processes at once, each of which sees what the others have done. {@link openGallery} opens one.
 */
export class EmbeddedGallery implements Gallery {
  readonly location: string;
  readonly sealer?: PersonSealer;
  readonly #store: Store;
  readonly #options: OpenGalleryOptions;
  readonly #search: EmbeddedSearch;
  #codec: Codec;
  #closed = false;

  constructor(folder: string, store: Store, codec: Codec, options: OpenGalleryOptions) {
    this.location = folder;
    this.#store = store;
    this.#codec = codec;
    this.#options = options;
    // The index holds embeddings that can be read: an encrypted gallery keeps it in memory only.
    const kept = !options.encryption && !options.readonly;
    this.#search = new EmbeddedSearch(kept ? join(folder, 'index') : undefined);
    if (options.encryption)
      this.sealer = new PersonSealer(
        () => this.#read(),
        () => this.#codec,
      );
  }

  get model(): GalleryModel | undefined {
    this.#renew();
    return readHeader(this.#store)?.model;
  }

  async stats(): Promise<GalleryStats> {
    const { people, templates } = (await this.#read()).state;
    const { model } = this;
    const { size } = await stat(join(this.location, dataFile));
    return { people, templates, ...(model && { model }), bytes: size };
  }

  async enroll(
    name: string,
    embeddings: Float32Array | readonly Float32Array[],
    { source, metadata, tags = [] }: EnrollOptions = {},
  ): Promise<string[]> {
    const { dimension } = this.#ownModel();
    const vectors = embeddings instanceof Float32Array ? [embeddings] : embeddings;
    const units = vectors.map(vector => toUnit(vector, dimension));
    if (units.length === 0)
      throw new InsightFaceError('INVALID_ARGUMENT', 'No embedding was given. Give at least one.');
    const normal = normalizeName(name);
    const added = metadata && checkMetadata(metadata);
    normalizeTags(tags);
    return this.#write(people => {
      let person = people.find(normal) ?? people.addPerson({ name: normal });
      if (added) person = people.setMetadata(person, checkMetadata({ ...person.metadata, ...added }));
      if (tags.length > 0) person = people.setTags(person, normalizeTags([...(person.tags ?? []), ...tags]));
      return people.addTemplates(
        person,
        units.map(embedding => ({ embedding, ...(source !== undefined && { source }) })),
      );
    });
  }

  async get(name: string): Promise<Person | undefined> {
    const people = await this.#read();
    return fullPerson(people, people.find(normalizeName(name)));
  }

  async getById(id: string): Promise<Person | undefined> {
    const people = await this.#read();
    return fullPerson(people, people.findById(id));
  }

  async getByTemplate(id: string): Promise<Person | undefined> {
    const people = await this.#read();
    const number = people.templateNumber(id);
    return number === undefined
      ? undefined
      : fullPerson(people, people.person(people.template(number).person));
  }

  async *list(options: ListOptions = {}): AsyncGenerator<PersonSummary> {
    const { after = '', limit = Number.POSITIVE_INFINITY, search = '' } = options;
    const tags = normalizeTags(options.tags ?? []);
    const text = search.normalize('NFC').toLowerCase();
    let last = after.normalize('NFC');
    for (let left = limit; left > 0; ) {
      const page = (await this.#read()).peopleAfter(last, listPage);
      for (const person of page) {
        if (left === 0) return;
        if (!tags.every(tag => person.tags?.includes(tag))) continue;
        if (!person.name.toLowerCase().includes(text)) continue;
        left--;
        yield summarize(person);
      }
      if (page.length < listPage) return;
      last = page.at(-1)?.name ?? last;
    }
  }

  /**
   * The space in the file is used again in time, not wiped at once. In an encrypted gallery the person's key goes, too;
   * see {@link EmbeddedGallery.rotateKeys}.
   */
  async remove(name: string): Promise<void> {
    const normal = normalizeName(name);
    await this.#write(people => people.removePerson(people.require(normal)));
  }

  async removeTemplate(id: string): Promise<void> {
    await this.#write(people => {
      const number = people.templateNumber(id);
      if (number === undefined)
        throw new InsightFaceError(
          'PERSON_NOT_FOUND',
          `There is no template ${id}. List those of the person.`,
        );
      people.removeTemplate(number);
    });
  }

  async rename(from: string, to: string): Promise<void> {
    const [old, name] = [normalizeName(from), normalizeName(to)];
    await this.#write(people => people.rename(people.require(old), name));
  }

  async merge(from: string, into: string): Promise<void> {
    const [ending, staying] = [normalizeName(from), normalizeName(into)];
    if (ending === staying)
      throw new InsightFaceError('INVALID_ARGUMENT', 'A person cannot be merged with itself. Name two.');
    await this.#write(people => mergePeople(people, people.require(ending), people.require(staying)));
  }

  async setMetadata(name: string, metadata: Metadata): Promise<void> {
    const [normal, kept] = [normalizeName(name), checkMetadata(metadata)];
    await this.#write(people => {
      people.setMetadata(people.require(normal), kept);
    });
  }

  async setTags(name: string, tags: readonly string[]): Promise<void> {
    const [normal, kept] = [normalizeName(name), normalizeTags(tags)];
    await this.#write(people => {
      people.setTags(people.require(normal), kept);
    });
  }

  async search(embedding: Float32Array, options?: SearchOptions): Promise<Match[]> {
    const [matches = []] = await this.searchMany([embedding], options);
    return matches;
  }

  async searchMany(embeddings: readonly Float32Array[], options?: SearchOptions): Promise<Match[][]> {
    const { dimension } = this.#ownModel();
    const queries = embeddings.map(embedding => toUnit(embedding, dimension));
    const checked = checkSearch(options);
    return this.#search.search(await this.#read(), queries, checked);
  }

  async verify(name: string, embedding: Float32Array): Promise<Match> {
    const query = toUnit(embedding, this.#ownModel().dimension);
    const people = await this.#read();
    const person = people.require(normalizeName(name));
    let best: Match | undefined;
    for (const number of person.templates) {
      const template = people.template(number);
      const similarity = Math.max(-1, Math.min(1, dot(query, template.embedding)));
      if (best === undefined || similarity > best.similarity)
        best = {
          name: person.name,
          similarity,
          personId: person.id,
          templateId: template.id,
          ...(person.tags && { tags: person.tags }),
        };
    }
    if (!best) throw new InsightFaceError('PERSON_NOT_FOUND', `${person.name} has no templates. Enrol one.`);
    return best;
  }

  async importPeople(
    people: AsyncIterable<Person> | Iterable<Person>,
    { onProgress, signal }: ImportOptions = {},
  ): Promise<Counts> {
    this.#refuseReadonly();
    const model = requireModel(this.model);
    const counts = { people: 0, templates: 0 };
    for await (const batch of batchesOf(people, model, { ...(signal && { signal }) })) {
      const added = await this.#write(store => importBatch(store, batch));
      counts.people += added.people;
      counts.templates += added.templates;
      onProgress?.({ ...counts });
    }
    return counts;
  }

  /** Forgets which templates were removed. The file keeps its size: what is free in it is used again. */
  async compact(): Promise<Counts> {
    return this.#write(people => {
      people.trimRemovals();
      const { people: count, templates } = people.state;
      return { people: count, templates };
    });
  }

  async check(): Promise<Counts> {
    return checkRecords(await this.#read());
  }

  async export(file: string): Promise<Counts> {
    await this.#read();
    const codec = this.#codec;
    return this.#store.snapshot(store => {
      const people = new PeopleStore(store, codec);
      const model = people.header?.model;
      const head = { format: exportFormat, version: exportVersion, ...(model && { model }) } as const;
      return writeExport(file, head, everybody(people));
    });
  }

  async import(file: string): Promise<Counts> {
    this.#refuseReadonly();
    return importGallery(this, file, model =>
      this.#write(() => {
        const header = readHeader(this.#store) ?? { format, version };
        if (header.model) checkSameModel(model, header.model, this.location);
        else putHeader(this.#store, { ...header, model });
      }),
    );
  }

  /**
   * Gives an encrypted gallery a new key, wrapped by the current master key, and wraps the key of every person anew, in
   * one transaction. Without the old master key, nothing of those who were removed before can be decrypted any more,
   * wherever old pages of the file have remained. Returns how many people there are.
   * @throws InsightFaceError `KEY_INVALID` for a gallery that is not encrypted.
   */
  async rotateKeys(): Promise<Counts> {
    const { encryption } = this.#options;
    const header = readHeader(this.#store);
    if (!encryption || !header?.encryption)
      throw new InsightFaceError(
        'KEY_INVALID',
        'This gallery is not encrypted: there are no keys to rotate.',
      );
    const next = await newEncryption(encryption, header.encryption.galleryId);
    const codec = await openCodec({ ...header, encryption: next }, encryption);
    return this.#write(people => rotateKeys(this.#store, people, this.#codec, codec, next));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#search.close();
    await this.#store.close();
  }

  #ownModel(): GalleryModel {
    this.#renew();
    return requireModel(this.#options.model);
  }

  #renew(): void {
    if (this.#closed) throw new InsightFaceError('DISPOSED', 'This gallery was closed. Open it again.');
    this.#store.renew();
  }

  /** The people as they are now, also when another process has rotated the keys. */
  async #read(): Promise<PeopleStore> {
    this.#renew();
    if (!this.#isCurrent()) {
      this.#codec = await openCodec(readHeader(this.#store), this.#options.encryption);
      this.#renew();
    }
    return new PeopleStore(this.#store, this.#codec);
  }

  #isCurrent(): boolean {
    return readHeader(this.#store)?.encryption?.key === this.#codec.key;
  }

  #refuseReadonly(): void {
    this.#renew();
    if (this.#options.readonly)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        'This gallery was opened to be read only. Open it without readonly.',
      );
  }

  async #write<T>(work: (people: PeopleStore) => T): Promise<T> {
    this.#refuseReadonly();
    for (;;) {
      const people = await this.#read();
      // Another process may rotate the keys until the write begins.
      const outcome = await this.#store.write(() =>
        this.#isCurrent() ? { value: work(people) } : undefined,
      );
      if (outcome) return outcome.value;
    }
  }
}

/** @throws InsightFaceError as {@link openGallery}. */
export async function openEmbeddedGallery(
  location: string,
  options: OpenGalleryOptions = {},
): Promise<EmbeddedGallery> {
  const folder = options.tenant === undefined ? location : join(location, options.tenant);
  const store = await openGalleryStore(folder, options);
  try {
    const codec = await openCodec(readHeader(store), options.encryption);
    return new EmbeddedGallery(folder, store, codec, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function mergePeople(people: PeopleStore, from: NumberedPerson, into: NumberedPerson): void {
  const templates = from.templates.map(number => people.template(number));
  people.removePerson(from);
  const metadata = { ...from.metadata, ...into.metadata };
  let person = into;
  if (Object.keys(metadata).length > 0) person = people.setMetadata(person, checkMetadata(metadata));
  person = people.setTags(person, normalizeTags([...(from.tags ?? []), ...(into.tags ?? [])]));
  people.addTemplates(
    person,
    templates.map(({ person: _, ...template }) => template),
  );
}

function* everybody(people: PeopleStore): Generator<Person> {
  for (let last = ''; ; ) {
    const page = people.peopleAfter(last, listPage);
    for (const person of page) {
      const full = fullPerson(people, person);
      if (full) yield full;
    }
    if (page.length < listPage) return;
    last = page.at(-1)?.name ?? last;
  }
}
