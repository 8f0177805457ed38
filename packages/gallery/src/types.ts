// What goes into a gallery and what comes out of it.

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
  /** A UUID that survives renaming, export and import. */
  readonly id: string;
  readonly name: string;
  /** How many templates there are. */
  readonly templates: number;
  /** ISO 8601 time of the first enrolment. */
  readonly createdAt: string;
  readonly metadata?: Metadata;
}

/** A person with all templates. */
export interface Person extends Omit<PersonSummary, 'templates'> {
  readonly templates: readonly Template[];
}

/** One enrolled embedding. */
export interface Template {
  /** A UUID that survives export and import. */
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
  /** Cosine similarity of the probe and the person's best template, -1 to 1. */
  readonly similarity: number;
  readonly personId: string;
  /** The best template. */
  readonly templateId: string;
}

export interface EnrollOptions {
  /** Where the embeddings come from. */
  readonly source?: string;
  /** Kept with the person; fields that the person has already are overwritten. */
  readonly metadata?: Metadata;
}

export interface SearchOptions {
  /** Most people to find. Default 10. */
  readonly limit?: number;
  /** Lowest similarity, -1 to 1. Default -1. */
  readonly threshold?: number;
  /** Only people for whom this is true. Called only for those who would be among the best. */
  readonly filter?: (person: PersonSummary) => boolean;
}

export interface ListOptions {
  /** Begin after this name. */
  readonly after?: string;
  /** Most people to list. Default: all. */
  readonly limit?: number;
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

/** How many people and templates something held. */
export interface Counts {
  readonly people: number;
  readonly templates: number;
}

export interface GalleryStats extends Counts {
  /** Absent in a gallery that was made without a model and is empty. */
  readonly model?: GalleryModel;
  /** Size on disk. */
  readonly bytes: number;
}
