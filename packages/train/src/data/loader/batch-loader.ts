// Batches of decoded, augmented faces in an order that seed, epoch and step fix, loaded ahead by worker threads.
// Step s of an epoch takes positions [s B W, (s + 1) B W) of its order (B images a rank, W ranks), rank r the r-th B of
// them: one process with the joined batch sees what W ranks see together. What does not fill a step is dropped.
import { InsightFaceError, type Size } from 'insightface-ts';
import { type AugmentationInput, parseAugmentation } from '../../augmentation/augment.js';
import type { FaceDataset } from '../face-dataset.js';
import { createSampler, type Sampler, type SamplerOptions } from '../sampler.js';
import { WorkerPool, workerFile } from '../worker-pool.js';
import { BatchReader, type LoadRequest, type LoadSettings } from './load-batch.js';

/** Settings of a {@link BatchLoader}. */
export interface BatchLoaderOptions {
  /** Images of this rank's batch. */
  readonly batchSize: number;
  /** Default: every image once, shuffled. */
  readonly sampler?: SamplerOptions;
  /** What is done to each image, in order. Default: nothing. */
  readonly augmentation?: AugmentationInput;
  /** Default 0. */
  readonly seed?: number;
  /** Default 0. */
  readonly rank?: number;
  /** Default 1. */
  readonly worldSize?: number;
  /** Threads that load; 0 loads in this thread, one batch at a time. Default 1. */
  readonly workers?: number;
  /** Batches that wait ready at most, for each worker. Default 2. */
  readonly prefetch?: number;
  /** Default: the data set's. */
  readonly imageSize?: Size;
}

/** Where a run is: the next batch to come. */
export interface Position {
  readonly epoch: number;
  readonly step: number;
}

/** One rank's share of one step. */
export interface Batch extends Position {
  /** `[N, height, width, 3]`, RGB. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** `[N]`. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** `[N]`: the images' numbers in the data set. */
  readonly indices: Uint32Array;
}

/** Streams batches of a data set. Close it when done. */
export class BatchLoader {
  /** Batches in an epoch, the same for every rank. */
  readonly stepsPerEpoch: number;
  readonly #dataset: FaceDataset;
  readonly #options: Required<BatchLoaderOptions>;
  readonly #sampler: Sampler;
  readonly #pool: WorkerPool | undefined;
  readonly #reader: BatchReader | undefined;
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;

  /**
   * @throws InsightFaceError `INVALID_ARGUMENT` for options out of range, or when the data set does not fill one step.
   */
  constructor(dataset: FaceDataset, options: BatchLoaderOptions) {
    const full = {
      sampler: { kind: 'shuffle' } as const,
      seed: 0,
      rank: 0,
      worldSize: 1,
      workers: 1,
      prefetch: 2,
      imageSize: dataset.imageSize,
      ...options,
      augmentation: parseAugmentation(options.augmentation ?? []),
    };
    checkOptions(full);
    this.#dataset = dataset;
    this.#options = full;
    this.#sampler = createSampler(full.sampler, dataset, full.batchSize);
    this.stepsPerEpoch = Math.floor(this.#sampler.length / (full.batchSize * full.worldSize));
    if (this.stepsPerEpoch === 0)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `The data set has ${this.#sampler.length} images, fewer than one batch of ${full.batchSize} on each of ${full.worldSize} ranks. Lower the batch size.`,
      );
    const { imageSize, augmentation, seed, workers } = full;
    const settings: LoadSettings = { imageSize, augmentation, seed };
    if (workers > 0)
      this.#pool = new WorkerPool(workerFile('load-worker', import.meta.url), workers, settings);
    else this.#reader = new BatchReader(settings);
  }

  /**
   * Batches from a position on, epoch after epoch without end; leave the loop to stop.
   * @throws InsightFaceError `FILE_NOT_FOUND`, `DATASET_INVALID` for an image that cannot be read;
   * `INVALID_ARGUMENT` for a position outside an epoch.
   */
  async *batches(from: Position = { epoch: 0, step: 0 }): AsyncGenerator<Batch, never> {
    if (!isCount(from.epoch) || !isCount(from.step) || from.step >= this.stepsPerEpoch)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        `There is no step ${from.step} in epoch ${from.epoch}: an epoch has ${this.stepsPerEpoch} steps, counted from 0.`,
      );
    const ahead = Math.max(1, this.#options.workers * this.#options.prefetch);
    const loading: Promise<Batch>[] = [];
    let { epoch, step } = from;
    for (;;) {
      while (loading.length < ahead) {
        const batch = this.#load({ epoch, step });
        // Whoever stops early leaves these unread.
        batch.catch(() => undefined);
        loading.push(batch);
        step++;
        if (step === this.stepsPerEpoch) {
          step = 0;
          epoch++;
        }
      }
      yield await loading.shift()!;
    }
  }

  /** Ends the workers and closes files. */
  async close(): Promise<void> {
    await this.#pool?.close();
    await this.#reader?.close();
  }

  async #load({ epoch, step }: Position): Promise<Batch> {
    const { batchSize, rank, worldSize, seed } = this.#options;
    if (this.#order?.epoch !== epoch) this.#order = { epoch, indices: this.#sampler.order(seed, epoch) };
    const position = (step * worldSize + rank) * batchSize;
    const indices = this.#order.indices.slice(position, position + batchSize);
    const labels = Int32Array.from(indices, index => this.#dataset.labelOf(index));
    const locations = Array.from(indices, index => this.#dataset.locate(index));
    const request: LoadRequest = { epoch, position, locations };
    const pixels = this.#reader
      ? await this.#reader.load(request)
      : ((await this.#pool?.request(request)) as Uint8Array<ArrayBuffer>);
    return { epoch, step, pixels, labels, indices };
  }
}

function checkOptions(options: Required<BatchLoaderOptions>): void {
  const { batchSize, rank, worldSize, workers, prefetch } = options;
  if (!isCount(batchSize) || batchSize < 1)
    throw new InsightFaceError('INVALID_ARGUMENT', `batchSize is a whole number from 1, not ${batchSize}.`);
  if (!isCount(worldSize) || !isCount(rank) || rank >= worldSize)
    throw new InsightFaceError('INVALID_ARGUMENT', `There is no rank ${rank} of ${worldSize}.`);
  if (!isCount(workers) || workers > 256 || !isCount(prefetch) || prefetch < 1)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `workers is a whole number from 0 to 256 and prefetch one from 1, not ${workers} and ${prefetch}.`,
    );
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
