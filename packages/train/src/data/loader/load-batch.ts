// One batch: read, decode, augment, pack. The same code runs in a worker and in the main thread.
import type { Size } from 'insightface-ts';
import { type Augmentation, createAugmenter } from '../../augmentation/augment.js';
import { decodeAt } from '../face-dataset.js';
import { type ImageLocation, LocationReader } from '../image-location.js';
import { seededRandom } from '../random.js';

/** What a batch loader is told once. */
export interface LoadSettings {
  readonly imageSize: Size;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/** What is to be loaded. */
export interface LoadRequest {
  readonly epoch: number;
  /** The first image's position in the epoch's order: with seed and epoch it fixes what augmentation does. */
  readonly position: number;
  readonly locations: readonly ImageLocation[];
}

/** Images decoded at once: one is augmented while libvips decodes the next. */
const decodedAhead = 2;

export class BatchReader {
  readonly #settings: LoadSettings;
  readonly #reader = new LocationReader();
  readonly #augment: ReturnType<typeof createAugmenter>;

  constructor(settings: LoadSettings) {
    this.#settings = settings;
    this.#augment = createAugmenter(settings.augmentation);
  }

  /** Pixels `[N, height, width, 3]`. @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID`. */
  async load({ epoch, position, locations }: LoadRequest): Promise<Uint8Array<ArrayBuffer>> {
    const { imageSize, seed } = this.#settings;
    const bytes = imageSize.width * imageSize.height * 3;
    const pixels = new Uint8Array(locations.length * bytes);
    let next = 0;
    const work = async () => {
      for (let i = next++; i < locations.length; i = next++) {
        const image = await decodeAt(this.#reader, locations[i]!, imageSize);
        const random = seededRandom(seed, epoch, position + i);
        pixels.set((await this.#augment(image, random)).data, i * bytes);
      }
    };
    await Promise.all(Array.from({ length: decodedAhead }, work));
    return pixels;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
