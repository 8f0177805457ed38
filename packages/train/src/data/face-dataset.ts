// A set of labelled face images, whatever it lies in: who is on each image, and where its bytes are.
import { decodeImage, type Image, InsightFaceError, type Size } from 'insightface-ts';
import { fitImage } from './fit.js';
import { type ImageLocation, LocationReader } from './image-location.js';

/** One image and who is on it. */
export interface LabelledFace {
  /** Of the data set's size, RGB. */
  readonly pixels: Image;
  /** 0 to `classes - 1`. */
  readonly label: number;
}

/** What a reader of some format knows of a data set. */
export interface FaceDatasetParts {
  /** Where it was opened. */
  readonly path: string;
  readonly kind: 'packed' | 'record-io' | 'folder';
  /** By label. Data sets that know no names have the labels' numbers. */
  readonly people: readonly string[];
  /** `[N]`. */
  readonly labels: Int32Array;
  /** Every image is brought to this size. */
  readonly imageSize: Size;
  readonly locate: (index: number) => ImageLocation;
  /** Where image i came from, relative to its source. */
  readonly sourceOf?: (index: number) => string | undefined;
}

/** Labelled face images by number. Opened by {@link openFaceDataset}. */
export class FaceDataset {
  readonly path: string;
  readonly kind: FaceDatasetParts['kind'];
  readonly people: readonly string[];
  readonly imageSize: Size;
  readonly #parts: FaceDatasetParts;
  readonly #reader = new LocationReader();

  constructor(parts: FaceDatasetParts) {
    this.#parts = parts;
    this.path = parts.path;
    this.kind = parts.kind;
    this.people = parts.people;
    this.imageSize = parts.imageSize;
  }

  /** Images. */
  get length(): number {
    return this.#parts.labels.length;
  }

  /** People. */
  get classes(): number {
    return this.people.length;
  }

  /** `[N]`, by image. Not to be changed. */
  get labels(): Int32Array {
    return this.#parts.labels;
  }

  /** @throws InsightFaceError `INVALID_ARGUMENT` when there is no such image. */
  labelOf(index: number): number {
    const label = this.#parts.labels[index];
    if (label === undefined) throw noImage(index, this.length);
    return label;
  }

  /** Where the bytes of an image lie. @throws InsightFaceError `INVALID_ARGUMENT` when there is no such image. */
  locate(index: number): ImageLocation {
    if (this.#parts.labels[index] === undefined) throw noImage(index, this.length);
    return this.#parts.locate(index);
  }

  /** Path of the photo an image was made from, relative to the folder of photos, where that is known. */
  sourceOf(index: number): string | undefined {
    return this.#parts.sourceOf?.(index);
  }

  /**
   * One image, decoded.
   * @throws InsightFaceError `INVALID_ARGUMENT` when there is no such image, `FILE_NOT_FOUND`, `DATASET_INVALID`.
   */
  async get(index: number): Promise<LabelledFace> {
    const pixels = await decodeAt(this.#reader, this.locate(index), this.imageSize);
    return { pixels, label: this.labelOf(index) };
  }

  /** Closes its files. */
  close(): Promise<void> {
    return this.#reader.close();
  }
}

/** Reads, decodes and fits the image at a location. @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID`. */
export async function decodeAt(reader: LocationReader, location: ImageLocation, size: Size): Promise<Image> {
  const bytes = await reader.read(location);
  try {
    return fitImage(await decodeImage(bytes), size);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InsightFaceError(
      'DATASET_INVALID',
      `${location.path}, image at byte ${location.offset}: ${reason}`,
      { cause },
    );
  }
}

function noImage(index: number, length: number): InsightFaceError {
  return new InsightFaceError('INVALID_ARGUMENT', `There is no image ${index}: the data set has ${length}.`);
}
