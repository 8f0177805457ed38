// One photo to one aligned, encoded crop, or the reason why there is none.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  alignFace,
  decodeImage,
  encodePng,
  type Face,
  FaceAnalysis,
  type Image,
  InsightFaceError,
  normalize,
  selectFaces,
} from 'insightface-ts';
import sharp from 'sharp';
import { fitImage } from '../fit.js';
import { reasonOf } from '../writing.js';
import { thumbnail } from './near-copies.js';
import type { CropEncoding, ExtractSettings } from './options.js';

/** A crop and what is known of it. */
export interface Crop {
  readonly source: string;
  /** Encoded. */
  readonly image: Uint8Array;
  /** Hex SHA-256 of the photo's bytes. */
  readonly sha256: string;
  /** Grey, 32x32. */
  readonly thumbnail: Uint8Array;
  /** Unit length, where there is a recogniser. */
  readonly embedding?: Float32Array;
  /** Faces found in the photo. */
  readonly faces: number;
}

/** Why a photo gives no crop by itself. */
export interface Rejection {
  readonly source: string;
  readonly reason: 'unreadable' | 'no-face' | 'too-small';
  readonly detail: string;
}

/** Turns photos into crops. */
export class Extractor {
  readonly #settings: ExtractSettings;
  readonly #app: FaceAnalysis | undefined;

  private constructor(settings: ExtractSettings, app: FaceAnalysis | undefined) {
    this.#settings = settings;
    this.#app = app;
  }

  /** Opens the networks that are needed. Errors as {@link FaceAnalysis.create}. */
  static async open(
    settings: ExtractSettings,
    told: Pick<Parameters<typeof FaceAnalysis.create>[0] & object, 'onProgress' | 'onNotice'> = {
      onNotice: () => undefined,
    },
  ): Promise<Extractor> {
    const { pack, analysis } = settings;
    if (pack === undefined) return new Extractor(settings, undefined);
    const tasks = ['landmark', 'recognition'] as const;
    return new Extractor(settings, await FaceAnalysis.create({ pack, tasks, ...analysis, ...told }));
  }

  get recognizer() {
    return this.#app?.recognizer;
  }

  /** One answer for each photo, in order. `sources` are relative to the settings' folder. */
  async extract(sources: readonly string[]): Promise<(Crop | Rejection)[]> {
    const photos = await Promise.all(sources.map(source => this.#read(source)));
    return this.#settings.aligned ? this.#takeAligned(photos) : this.#findFaces(photos);
  }

  async close(): Promise<void> {
    await this.#app?.dispose();
  }

  async #read(source: string): Promise<Photo | Rejection> {
    try {
      const bytes = await readFile(join(this.#settings.source, source));
      const { maxPixels } = this.#settings.analysis;
      const image = await decodeImage(bytes, maxPixels === undefined ? {} : { maxPixels });
      return { source, bytes, image };
    } catch (error) {
      return { source, reason: 'unreadable', detail: whyUnreadable(error) };
    }
  }

  async #takeAligned(photos: readonly (Photo | Rejection)[]): Promise<(Crop | Rejection)[]> {
    const { size, encoding } = this.#settings;
    const crops = photos.map(photo =>
      'image' in photo ? { ...photo, image: fitImage(photo.image, { width: size, height: size }) } : photo,
    );
    const images = crops.flatMap(crop => ('image' in crop ? [crop.image] : []));
    const embeddings = this.#app?.recognizer ? await this.#app.embedAligned(images) : [];
    let next = 0;
    const units = crops.map(crop => ('image' in crop ? embeddings[next++] : undefined));
    return Promise.all(
      crops.map(async (crop, i) => {
        if (!('image' in crop)) return crop;
        const unchanged = crop.image === (photos[i] as Photo).image && isJpegOrPng(crop.bytes);
        const image = unchanged ? crop.bytes : await encode(crop.image, encoding);
        return finish(crop, crop.image, image, 1, units[i] && normalize(units[i]).unit);
      }),
    );
  }

  async #findFaces(photos: readonly (Photo | Rejection)[]): Promise<(Crop | Rejection)[]> {
    const images = photos.flatMap(photo => ('image' in photo ? [photo.image] : []));
    const found = (await this.#app?.get(images)) ?? [];
    let next = 0;
    const faces = photos.map(photo => ('image' in photo ? (found[next++] ?? []) : []));
    return Promise.all(
      photos.map((photo, i) => ('image' in photo ? this.#cut(photo, faces[i] ?? []) : photo)),
    );
  }

  async #cut(photo: Photo, faces: readonly Face[]): Promise<Crop | Rejection> {
    const { size, minFace, encoding } = this.#settings;
    const { source } = photo;
    const [face] = selectFaces(faces, 1, 'default', photo.image);
    if (!face) return { source, reason: 'no-face', detail: 'No face was found.' };
    const [x1, y1, x2, y2] = face.bbox;
    const side = Math.min(x2 - x1, y2 - y1);
    if (side < minFace)
      return {
        source,
        reason: 'too-small',
        detail: `The face has ${Math.round(side)} pixels; from ${minFace} on faces are kept.`,
      };
    const crop = alignFace(photo.image, face.kps, size, { antiAlias: true });
    return finish(photo, crop, await encode(crop, encoding), faces.length, face.normedEmbedding);
  }
}

interface Photo {
  readonly source: string;
  readonly bytes: Uint8Array;
  readonly image: Image;
}

function finish(
  { source, bytes }: Photo,
  crop: Image,
  image: Uint8Array,
  faces: number,
  embedding: Float32Array | undefined,
): Crop {
  return {
    source,
    image,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    thumbnail: thumbnail(crop),
    faces,
    ...(embedding && { embedding }),
  };
}

/** libvips' own words for damage change from run to run when several threads decode. */
function whyUnreadable(error: unknown): string {
  if (!(error instanceof InsightFaceError)) return `The file cannot be read (${reasonOf(error)}).`;
  if (error.code === 'IMAGE_INVALID') return 'The image is damaged or cut short. [IMAGE_INVALID]';
  return `${error.message} [${error.code}]`;
}

/** Files that the data set can hold as they are, so that nothing is lost by coding them again. */
function isJpegOrPng(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xd8) || (bytes[0] === 0x89 && bytes[1] === 0x50);
}

async function encode(image: Image, encoding: CropEncoding): Promise<Uint8Array> {
  if (encoding.format === 'png') return encodePng(image);
  const { width, height, data } = image;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: encoding.quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
}
