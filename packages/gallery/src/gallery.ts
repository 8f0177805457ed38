import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dot, InsightFaceError } from 'insightface-ts';
import { checkRecords } from './check.js';
import { toUnit } from './embeddings.js';
import { exportedPeople } from './export-people.js';
import { importPeople } from './import-people.js';
import { checkMetadata } from './metadata.js';
import { normalizeName } from './names.js';
import { checkSameModel, openGalleryStore } from './open.js';
import { type NumberedPerson, PeopleStore } from './people-store.js';
import { format, version } from './records.js';
import { SearchIndex } from './search-index.js';
import type { Store } from './store.js';
import { dataFile } from './store-file.js';
import { exportFormat, exportVersion } from './transfer-format.js';
import { readExport } from './transfer-read.js';
import { writeExport } from './transfer-write.js';
import type {
  Counts,
  EnrollOptions,
  GalleryModel,
  GalleryOptions,
  GalleryStats,
  ListOptions,
  Match,
  Metadata,
  Person,
  PersonSummary,
  SearchOptions,
} from './types.js';

const listPage = 256;

/**
 * People and their templates in a folder: durable (what was acknowledged outlives a crash and a power cut), and safe
 * for several processes at once, each of which sees what the others have done.
 *
 * Names are Unicode, composed (NFC) and trimmed, up to 512 bytes of UTF-8.
 * @example
 * const gallery = await Gallery.open('people', { model: app.recognizer });
 * await gallery.enroll('Ada', face.embedding, { source: 'ada.jpg' });
 * const [best] = gallery.search(probe.embedding, { threshold: 0.4 });
 * await gallery.close();
 */
export class Gallery {
  readonly folder: string;
  readonly #store: Store;
  readonly #people: PeopleStore;
  readonly #options: GalleryOptions;
  #index: SearchIndex | undefined;
  #closed = false;

  private constructor(folder: string, store: Store, options: GalleryOptions) {
    this.folder = folder;
    this.#store = store;
    this.#people = new PeopleStore(store);
    this.#options = options;
  }

  /**
   * Opens the gallery of a folder.
   * @throws InsightFaceError `FILE_NOT_FOUND` when there is none and none is to be made, `GALLERY_INVALID` when the
   * folder holds something else or is damaged, `MODEL_MISMATCH` when it was made with another model, `WRITE_FAILED`.
   */
  static async open(folder: string, options: GalleryOptions = {}): Promise<Gallery> {
    return new Gallery(folder, await openGalleryStore(folder, options), options);
  }

  /** The model whose embeddings these are. */
  get model(): GalleryModel | undefined {
    this.#renew();
    return this.#people.header?.model;
  }

  /** How much there is. */
  async stats(): Promise<GalleryStats> {
    const { model } = this;
    const { people, templates } = this.#people.state;
    const { size } = await stat(join(this.folder, dataFile));
    return { people, templates, ...(model && { model }), bytes: size };
  }

  /**
   * Adds templates to a person, who is made when there is none of that name. Resolves with the templates' ids when
   * all are on the disk.
   * @param embeddings `[dimension]`, of any length but zero.
   * @throws InsightFaceError `EMBEDDING_INVALID`, `MODEL_MISMATCH`, `INVALID_ARGUMENT`, `WRITE_FAILED`; nothing has
   * changed then.
   */
  enroll(name: string, embedding: Float32Array, options?: EnrollOptions): Promise<[string]>;
  enroll(name: string, embeddings: readonly Float32Array[], options?: EnrollOptions): Promise<string[]>;
  async enroll(
    name: string,
    embeddings: Float32Array | readonly Float32Array[],
    { source, metadata }: EnrollOptions = {},
  ): Promise<string[]> {
    const { dimension } = this.#ownModel();
    const vectors = embeddings instanceof Float32Array ? [embeddings] : embeddings;
    const units = vectors.map(vector => toUnit(vector, dimension));
    if (units.length === 0)
      throw new InsightFaceError('INVALID_ARGUMENT', 'No embedding was given. Give at least one.');
    const normal = normalizeName(name);
    const added = metadata && checkMetadata(metadata);
    return this.#write(() => {
      let person = this.#people.find(normal) ?? this.#people.addPerson({ name: normal });
      if (added) person = this.#people.setMetadata(person, checkMetadata({ ...person.metadata, ...added }));
      return this.#people.addTemplates(
        person,
        units.map(embedding => ({ embedding, ...(source !== undefined && { source }) })),
      );
    });
  }

  /**
   * Deletes a person with all templates. Their space in the file is used again in time, not wiped at once; to leave
   * no trace, export, import into a new folder and delete the old one.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `WRITE_FAILED`.
   */
  async remove(name: string): Promise<void> {
    await this.#write(() =>
      this.#people.removePerson(this.#people.require(normalizeName(name)), this.#dimension()),
    );
  }

  /**
   * Deletes one template. The person stays, also without templates.
   * @throws InsightFaceError `PERSON_NOT_FOUND` when there is no such template, `WRITE_FAILED`.
   */
  async removeTemplate(id: string): Promise<void> {
    await this.#write(() => {
      const number = this.#people.templateNumber(id);
      if (number === undefined)
        throw new InsightFaceError(
          'PERSON_NOT_FOUND',
          `There is no template ${id}. List those of the person.`,
        );
      this.#people.removeTemplate(number, this.#dimension());
    });
  }

  /**
   * Gives a person another name; the id stays.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `PERSON_EXISTS`, `INVALID_ARGUMENT`, `WRITE_FAILED`.
   */
  async rename(from: string, to: string): Promise<void> {
    const name = normalizeName(to);
    await this.#write(() => this.#people.rename(this.#people.require(normalizeName(from)), name));
  }

  /**
   * Replaces what is kept with a person.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `INVALID_ARGUMENT`, `WRITE_FAILED`.
   */
  async setMetadata(name: string, metadata: Metadata): Promise<void> {
    const checked = checkMetadata(metadata);
    await this.#write(() => {
      this.#people.setMetadata(this.#people.require(normalizeName(name)), checked);
    });
  }

  /** A person with all templates, or `undefined`. */
  get(name: string): Person | undefined {
    this.#renew();
    const person = this.#people.find(normalizeName(name));
    if (!person) return undefined;
    const { templates, ...summary } = summarize(person);
    const model = this.#people.header?.model;
    return {
      ...summary,
      templates: person.templates.map(number => {
        const { person: _, ...template } = this.#people.template(number, this.#dimension());
        return { ...template, model: model?.fingerprint ?? '' };
      }),
    };
  }

  /** People in the order of their names (by Unicode code points). Changes made meanwhile may or may not show. */
  *list({ after = '', limit = Number.POSITIVE_INFINITY }: ListOptions = {}): Generator<PersonSummary> {
    let last = after.normalize('NFC');
    let left = limit;
    while (left > 0) {
      this.#renew();
      const page = this.#people.peopleAfter(last, Math.min(listPage, left));
      for (const person of page) yield summarize(person);
      left -= page.length;
      last = page.at(-1)?.name ?? last;
      if (page.length === 0) return;
    }
  }

  /**
   * The people most like a probe, best first, each by the best of their templates. Exact: every template is compared.
   * @param embedding `[dimension]`, of any length but zero.
   * @throws InsightFaceError `EMBEDDING_INVALID`, `MODEL_MISMATCH`, `INVALID_ARGUMENT`, `GALLERY_INVALID`.
   */
  search(embedding: Float32Array, options: SearchOptions = {}): Match[] {
    const { limit = 10, threshold = -1, filter } = options;
    const { dimension } = this.#ownModel();
    const query = toUnit(embedding, dimension);
    if (!Number.isInteger(limit) || limit < 1)
      throw new InsightFaceError('INVALID_ARGUMENT', `limit is a whole number from 1, not ${limit}.`);
    if (!(threshold >= -1 && threshold <= 1))
      throw new InsightFaceError('INVALID_ARGUMENT', `threshold lies between -1 and 1, not at ${threshold}.`);
    this.#index ??= new SearchIndex(this.#people, dimension);
    const hits = this.#index.search(query, {
      limit,
      // Rounding may take opposite vectors to just below -1.
      threshold: threshold === -1 ? Number.NEGATIVE_INFINITY : threshold,
      ...(filter && { accept: (group: number) => filter(summarize(this.#people.person(group))) }),
    });
    return hits.map(({ key, group, similarity }) => {
      const { name, id } = this.#people.person(group);
      const { id: templateId } = this.#people.template(key, dimension);
      return { name, similarity: Math.max(-1, Math.min(1, similarity)), personId: id, templateId };
    });
  }

  /**
   * How like a probe one person is, by the best template.
   * @throws InsightFaceError `PERSON_NOT_FOUND` when nobody has that name or there are no templates,
   * `EMBEDDING_INVALID`, `MODEL_MISMATCH`.
   */
  verify(name: string, embedding: Float32Array): Match {
    const { dimension } = this.#ownModel();
    const query = toUnit(embedding, dimension);
    const person = this.#people.require(normalizeName(name));
    let best: Match | undefined;
    for (const number of person.templates) {
      const template = this.#people.template(number, dimension);
      const similarity = Math.max(-1, Math.min(1, dot(query, template.embedding)));
      if (best === undefined || similarity > best.similarity)
        best = { name: person.name, similarity, personId: person.id, templateId: template.id };
    }
    if (!best) throw new InsightFaceError('PERSON_NOT_FOUND', `${person.name} has no templates. Enrol one.`);
    return best;
  }

  /**
   * Writes everybody to a file (format: transfer-format.ts), whole or not at all.
   * @throws InsightFaceError `WRITE_FAILED`.
   */
  async export(file: string): Promise<Counts> {
    const { model } = this;
    const head = { format: exportFormat, version: exportVersion, ...(model && { model }) } as const;
    return this.#store.snapshot(store => writeExport(file, head, exportedPeople(new PeopleStore(store))));
  }

  /**
   * Adds the people of an exported file, all or none. Templates that are here already are passed over. Returns how
   * much was added.
   * @throws InsightFaceError `FILE_NOT_FOUND`, `GALLERY_INVALID` for a file that is damaged, `MODEL_MISMATCH` for
   * embeddings of another model, `WRITE_FAILED`; nothing has changed then.
   */
  async import(file: string): Promise<Counts> {
    this.#renew();
    const { model, people } = await readExport(file);
    return this.#write(() => {
      const own = this.#people.header?.model;
      if (model && own) checkSameModel(model, own, this.folder);
      if (model && !own) this.#people.putHeader({ format, version, model });
      return importPeople(this.#people, people);
    });
  }

  /**
   * Reads all there is and makes sure that it is whole.
   * @throws InsightFaceError `GALLERY_INVALID`.
   */
  check(): Counts {
    this.#renew();
    return checkRecords(this.#people, this.#dimension());
  }

  /** Waits for pending writes and closes. Calls after this throw `DISPOSED`. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#index = undefined;
    await this.#store.close();
  }

  /** The model that was named when this gallery was opened: without it nobody knows what an embedding means. */
  #ownModel(): GalleryModel {
    this.#renew();
    const { model } = this.#options;
    if (!model)
      throw new InsightFaceError(
        'MODEL_MISMATCH',
        'Name the model that makes your embeddings: Gallery.open(folder, { model: app.recognizer }).',
      );
    return model;
  }

  #dimension(): number {
    return this.#people.header?.model?.dimension ?? 0;
  }

  #renew(): void {
    if (this.#closed) throw new InsightFaceError('DISPOSED', 'This gallery was closed. Open it again.');
    this.#store.renew();
  }

  async #write<T>(work: () => T): Promise<T> {
    this.#renew();
    if (this.#options.readonly)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        'This gallery was opened to be read only. Open it without readonly.',
      );
    return this.#store.write(work);
  }
}

function summarize({ id, name, createdAt, metadata, templates }: NumberedPerson): PersonSummary {
  return { id, name, templates: templates.length, createdAt, ...(metadata && { metadata }) };
}
