// Node only: one embedding for each image of a data set. Each image is read once, a few at a time.
import type { FaceAnalysis } from '../analysis/face-analysis.js';
import { InsightFaceError } from '../errors.js';
import { decodeImage } from '../image/decode.js';
import type { Image } from '../image/image.js';

/** Aligned crops that go through the recogniser together. */
const CROPS_AT_ONCE = 32;

/** What the images of a data set gave, by their names. */
export interface EmbeddedImages {
  /** Undefined where no face was found or the image could not be read: it counts as missed. */
  readonly embeddings: ReadonlyMap<string, Float32Array | undefined>;
  /** Why an image could not be read. An image without a face is not among them. */
  readonly failures: ReadonlyMap<string, Error>;
}

export interface EmbedImagesOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Embeds the central face of each image: where several are found, the one with the largest area minus twice the squared
 * distance of its centre from the image's (InsightFace's `default` metric, as its own evaluation picks).
 * @param images path of each image by its name.
 * @throws InsightFaceError `PACK_INVALID` when the pack has no recogniser.
 */
export async function embedImages(
  app: Pick<FaceAnalysis, 'stream' | 'recognizer'>,
  images: ReadonlyMap<string, string>,
  options: EmbedImagesOptions = {},
): Promise<EmbeddedImages> {
  needRecognizer(app);
  const embeddings = new Map<string, Float32Array | undefined>();
  const failures = new Map<string, Error>();
  const names = [...images.keys()];
  const streamed = app.stream(images.values(), {
    maxNum: 1,
    ...(options.signal && { signal: options.signal }),
  });
  for await (const item of streamed) {
    // The stream keeps the order of its inputs.
    const name = names[embeddings.size]!;
    if ('error' in item) failures.set(name, item.error);
    embeddings.set(name, 'error' in item ? undefined : item.faces[0]?.embedding);
    options.onProgress?.(embeddings.size, images.size);
  }
  return { embeddings, failures };
}

/**
 * Embeds crops that are aligned already, such as those of an InsightFace `.bin` set; nothing is detected.
 * @param images bytes of an image file by name; its size is the recogniser's (112x112).
 * @throws InsightFaceError `PACK_INVALID` without a recogniser; `INVALID_ARGUMENT` when a crop has another size.
 */
export async function embedAlignedImages(
  app: Pick<FaceAnalysis, 'embedAligned' | 'recognizer'>,
  images: ReadonlyMap<string, Uint8Array>,
  options: EmbedImagesOptions = {},
): Promise<EmbeddedImages> {
  needRecognizer(app);
  const embeddings = new Map<string, Float32Array | undefined>();
  const failures = new Map<string, Error>();
  const entries = [...images];
  for (let from = 0; from < entries.length; from += CROPS_AT_ONCE) {
    const crops = new Map<string, Image>();
    for (const [name, bytes] of entries.slice(from, from + CROPS_AT_ONCE)) {
      embeddings.set(name, undefined);
      try {
        crops.set(name, await decodeImage(bytes));
      } catch (error) {
        failures.set(name, error instanceof Error ? error : new Error(String(error)));
      }
    }
    const vectors = await app.embedAligned(
      [...crops.values()],
      options.signal ? { signal: options.signal } : {},
    );
    for (const [i, name] of [...crops.keys()].entries()) embeddings.set(name, vectors[i]);
    options.onProgress?.(embeddings.size, images.size);
  }
  return { embeddings, failures };
}

function needRecognizer(app: Pick<FaceAnalysis, 'recognizer'>): void {
  if (!app.recognizer)
    throw new InsightFaceError(
      'PACK_INVALID',
      'The pack has no recogniser to evaluate. Choose one that has.',
    );
}
