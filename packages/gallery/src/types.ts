// One gallery, several stores: what goes in, what comes out, and what every store does.
import type { KeyRing } from './encryption/key-ring.js';
import type { Sealer } from './encryption/sealer.js';

/** The recogniser whose embeddings a gallery holds. Embeddings of two models mean nothing to each other. */
export interface GalleryModel {
  /** For people: the model's name. */
  readonly name: string;
  /** Numbers in an embedding. */
  readonly dimension: number;
  /** Tells one set of weights from another, such as the SHA-256 of the model file. */
  readonly fingerprint: string;
}

/** Anything that JSON can hold, by name; at most 65,536 bytes as JSON. */
export type Metadata = Readonly<Record<string, unknown>>;

/** A person as {@link Gallery.list} gives it. */
export interface PersonSummary {
  /** A UUID that survives renaming, export, import and migration. */
  readonly id: string;
  readonly name: string;
  /** How many templates there are. */
  readonly templates: number;
  /** ISO 8601 time of the first enrolment. */
  readonly createdAt: string;
  readonly metadata?: Metadata;
  /** Sorted, each once; absent when there are none. */
  readonly tags?: readonly string[];
}

/** A person with all templates, oldest first. */
export interface Person extends Omit<PersonSummary, 'templates'> {
  readonly templates: readonly Template[];
}

/** One enrolled embedding. */
export interface Template {
  /** A UUID that survives export, import, merging and migration. */
  readonly id: string;
  /** Fingerprint of the model that made the embedding. */
  readonly model: string;
  /** Unit length, `[dimension]`. */
  readonly embedding: Float32Array;
  /** Where it came from, as told at enrolment: a file name, an address. */
  readonly source?: string;
  /** ISO 8601 time of enrolment. */
  readonly createdAt: string;
}

/** A person who resembles a probe. */
export interface Match {
  readonly name: string;
  /** Cosine similarity, -1 to 1: to the best template, or to the averaged one. */
  readonly similarity: number;
  readonly personId: string;
  /** The best template. */
  readonly templateId: string;
  readonly tags?: readonly string[];
}

export interface EnrollOptions {
  /** Where the embeddings come from. */
  readonly source?: string;
  /** Kept with the person; fields that the person has already are overwritten. */
  readonly metadata?: Metadata;
  /** Added to the person's tags. */
  readonly tags?: readonly string[];
}

export interface SearchOptions {
  /** Most people to find. Default 10. */
  readonly limit?: number;
  /** Lowest similarity, -1 to 1. Default -1. */
  readonly threshold?: number;
  /** Only people who have all of these tags. */
  readonly tags?: readonly string[];
  /** Only people of these names; names that nobody has are passed over. */
  readonly people?: readonly string[];
  /**
   * A person counts by the `best` template (default), or by the `average` of all templates (normalised mean), which
   * forgives one bad photo.
   */
  readonly score?: 'best' | 'average';
}

export interface ListOptions {
  /** Begin after the person of this name, in the store's order. The person need not be there any more. */
  readonly after?: string;
  /** Most people to list. Default: all. */
  readonly limit?: number;
  /** Only people who have all of these tags. */
  readonly tags?: readonly string[];
  /** Only people whose names hold this text, in whatever case. */
  readonly search?: string;
}

export interface ImportOptions {
  /** Told after each batch. */
  readonly onProgress?: (done: Counts) => void;
  /** Stops between batches with `ABORTED`; what was imported until then stays. */
  readonly signal?: AbortSignal;
}

export interface GalleryOptions {
  /**
   * The recogniser whose embeddings will be enrolled or searched for. It makes the gallery when there is none, and
   * must be the gallery's own when there is one. Without it people can be listed, renamed, removed and exported.
   */
  readonly model?: GalleryModel | undefined;
  /** Make the gallery when there is none. Default: true when `model` is given. */
  readonly create?: boolean;
  /** Refuse every change. Default false. */
  readonly readonly?: boolean;
}

/** What {@link openGallery} takes beside the location. */
export interface OpenGalleryOptions extends GalleryOptions {
  /**
   * Keeps several galleries apart in one place: lower-case letters, digits, `-` and `_`, at most 40, beginning with a
   * letter or digit. Without it there is one gallery.
   */
  readonly tenant?: string;
  /** Encrypts the embedded store at rest. A gallery that was made with it opens only with it. */
  readonly encryption?: KeyRing;
}

/** How many people and templates something held. */
export interface Counts {
  readonly people: number;
  readonly templates: number;
}

export interface GalleryStats extends Counts {
  /** Absent in a gallery that was made without a model and is empty. */
  readonly model?: GalleryModel;
  /** Size on disk, as far as the store tells it. */
  readonly bytes: number;
}

/**
 * People and their templates, whatever store keeps them. A call that has resolved is durable as the store promises it.
 *
 * Names are Unicode, composed (NFC) and trimmed, up to 512 bytes of UTF-8, and belong to one person each. Tags are
 * likewise, up to 64 bytes, at most 64 for a person.
 *
 * Every method may throw `DISPOSED` after {@link Gallery.close}, `GALLERY_INVALID` for stored data that is damaged, and
 * `STORE_UNAVAILABLE` when a remote store does not answer; methods that change something, `WRITE_FAILED`, or
 * `INVALID_ARGUMENT` on a gallery that is open to be read only. After an error of a change nothing has changed.
 */
export interface Gallery {
  /** The folder, or the URL without the password. */
  readonly location: string;
  /** The model whose embeddings these are; absent in a gallery that was made without one. */
  readonly model: GalleryModel | undefined;
  /** Encrypts other data of a person, such as photos, by the person's key. Only in encrypted galleries. */
  readonly sealer?: Sealer;

  /** How much there is. */
  stats(): Promise<GalleryStats>;

  /**
   * Adds templates to a person, who is made when there is none of that name. Resolves with the templates' ids.
   * @param embeddings `[dimension]` each, of any length but zero.
   * @throws InsightFaceError `EMBEDDING_INVALID`, `MODEL_MISMATCH`, `INVALID_ARGUMENT`.
   */
  enroll(
    name: string,
    embeddings: Float32Array | readonly Float32Array[],
    options?: EnrollOptions,
  ): Promise<string[]>;

  /** A person with all templates, or `undefined`. */
  get(name: string): Promise<Person | undefined>;
  /** A person with all templates, or `undefined`. */
  getById(id: string): Promise<Person | undefined>;
  /** The person whose template has this id, with all templates, or `undefined`. */
  getByTemplate(id: string): Promise<Person | undefined>;

  /**
   * People in a stable order: of their names by Unicode code points where the store can, of hashes of their names
   * otherwise. Changes made meanwhile may or may not show.
   */
  list(options?: ListOptions): AsyncIterable<PersonSummary>;

  /**
   * Deletes a person with all templates.
   * @throws InsightFaceError `PERSON_NOT_FOUND`.
   */
  remove(name: string): Promise<void>;

  /**
   * Deletes one template. The person stays, also without templates.
   * @throws InsightFaceError `PERSON_NOT_FOUND` when there is no such template.
   */
  removeTemplate(id: string): Promise<void>;

  /**
   * Gives a person another name; the id stays.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `PERSON_EXISTS`, `INVALID_ARGUMENT`.
   */
  rename(from: string, to: string): Promise<void>;

  /**
   * Moves all templates of one person to another and ends the first. Tags are joined; of metadata, the fields of
   * `into` win.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `INVALID_ARGUMENT` when both are the same person.
   */
  merge(from: string, into: string): Promise<void>;

  /**
   * Replaces what is kept with a person.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `INVALID_ARGUMENT`.
   */
  setMetadata(name: string, metadata: Metadata): Promise<void>;

  /**
   * Replaces a person's tags.
   * @throws InsightFaceError `PERSON_NOT_FOUND`, `INVALID_ARGUMENT`.
   */
  setTags(name: string, tags: readonly string[]): Promise<void>;

  /**
   * The people most like a probe, best first.
   * @param embedding `[dimension]`, of any length but zero.
   * @throws InsightFaceError `EMBEDDING_INVALID`, `MODEL_MISMATCH`, `INVALID_ARGUMENT`.
   */
  search(embedding: Float32Array, options?: SearchOptions): Promise<Match[]>;

  /** {@link Gallery.search} for several probes, in their order. Quicker than one after another. */
  searchMany(embeddings: readonly Float32Array[], options?: SearchOptions): Promise<Match[][]>;

  /**
   * How like a probe one person is, by the best template.
   * @throws InsightFaceError `PERSON_NOT_FOUND` when nobody has that name or there are no templates,
   * `EMBEDDING_INVALID`, `MODEL_MISMATCH`.
   */
  verify(name: string, embedding: Float32Array): Promise<Match>;

  /**
   * Adds people in bulk, batch by batch; ids and times are kept. A person is known by id, then by name; templates that
   * are here already are passed over, so importing twice changes nothing and an import that was cut off is simply run
   * again. A person with several templates may come in several parts. Returns how much was new.
   * @throws InsightFaceError `MODEL_MISMATCH`, `EMBEDDING_INVALID`, `INVALID_ARGUMENT`, `ABORTED`.
   */
  importPeople(people: AsyncIterable<Person> | Iterable<Person>, options?: ImportOptions): Promise<Counts>;

  /** Gives back what removed people and templates took, as far as the store can. */
  compact(): Promise<Counts>;

  /**
   * Reads all there is and makes sure that it is whole.
   * @throws InsightFaceError `GALLERY_INVALID`.
   */
  check(): Promise<Counts>;

  /**
   * Writes everybody to a file (format: transfer-format.ts), whole or not at all. The file is not encrypted.
   * @throws InsightFaceError `WRITE_FAILED`.
   */
  export(file: string): Promise<Counts>;

  /**
   * Adds the people of an exported file, which is checked as a whole first. Returns how much was new.
   * @throws InsightFaceError `FILE_NOT_FOUND`, `GALLERY_INVALID` for a file that is damaged, `MODEL_MISMATCH`.
   */
  import(file: string): Promise<Counts>;

  /** Waits for pending writes and closes. */
  close(): Promise<void>;
}
