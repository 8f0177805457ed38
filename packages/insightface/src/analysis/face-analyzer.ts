// What FaceAnalysis does wherever it runs: batches, options, timings. How pictures are read is its subclass's affair:
// face-analysis.ts for Node, web/face-analysis.ts for browsers.

import { throwIfAborted } from '../abort.js';
import type { FaceRef } from '../attributes/attribute-model.js';
import type { DetectOptions } from '../detection/detector.js';
import type { Rotation, SelectionMetric } from '../detection/index.js';
import { InsightFaceError } from '../errors.js';
import { createImage, type Image } from '../image/image.js';
import { flipFusion } from '../recognition/index.js';
import type { Recognizer } from '../recognition/recognizer.js';
import type { Device } from '../runtime/session.js';
import type { PackManifest, Task } from '../zoo/manifest.js';
import type { Face } from './face.js';
import type { ModelSet, RecognizerInfo } from './models.js';
import { analyzeImages } from './pipeline.js';
import { createTimings, type Timings, timed } from './timings.js';

/** A recogniser that can be told from others. */
export type NamedRecognizer = Recognizer & Pick<RecognizerInfo, 'name' | 'fingerprint'>;

/** What every {@link FaceAnalyzer} takes. */
export interface FaceAnalyzerOptions {
  /**
   * Only these tasks are loaded (detection always is). Default: all that the pack does not mark optional. Where the
   * detector gives no five points, as that of the pack `open`, `landmark` is needed for any other.
   */
  readonly tasks?: readonly Task[];
  /** Tasks that the pack marks optional and that are wanted as well, such as `liveness`. */
  readonly include?: readonly Task[];
  /** Where the networks run. Default `cpu`; a device that is not there is an error. */
  readonly device?: Device;
  /** Lowest detection score, 0 to 1. Default: the pack's figure for its detector. */
  readonly detThresh?: number;
  /** Network input size(s) of the detector; default `auto`. */
  readonly detSize?: DetectOptions['detSize'];
  /** Most faces an image yields; 0, the default, is all. */
  readonly maxNum?: number;
  /** Which faces `maxNum` keeps: `max` the largest, `default` the largest near the middle. */
  readonly detMetric?: SelectionMetric;
  /** Faces that do not stand upright: `auto`, the default, looks for them where faces are not surely upright. */
  readonly rotation?: Rotation;
  /** Sum of the embeddings of face and mirror image: twice the work, hardly better. Default false. */
  readonly flip?: boolean;
  /** A recogniser in place of the pack's, such as a network that still trains. Whoever made it disposes of it. */
  readonly recognizer?: NamedRecognizer;
  /** `insightface`: answer as the Python package does, also where it is wrong. The manual lists the differences. */
  readonly compatibility?: 'insightface';
  /** Images with more pixels are refused. Default 80 million. */
  readonly maxPixels?: number;
  /** Told once what a person should know. */
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal;
}

/** What may change from call to call. */
export interface GetOptions {
  readonly detThresh?: number;
  readonly detSize?: DetectOptions['detSize'];
  readonly maxNum?: number;
  /**
   * Only these of the loaded tasks are done, and their fields given; detection always is. A landmark network still runs
   * where the detector gives no five points. Default: all that are loaded.
   */
  readonly tasks?: readonly Task[];
  readonly signal?: AbortSignal;
}

/** One image of {@link FaceAnalyzer.stream}: its faces, or why there are none. */
export type StreamItem<Input> =
  | {
      readonly input: Input;
      readonly width: number;
      readonly height: number;
      readonly faces: Face[];
      /** Of the batch this image was in, divided by its images. */
      readonly timings: Timings;
    }
  | { readonly input: Input; readonly error: Error };

/** Images are analysed together up to these limits. */
const batchImages = 8;
const batchPixels = 24_000_000;

/** Finds, aligns, recognises and describes faces in pictures of the kinds that `Input` names. */
export abstract class FaceAnalyzer<Input> {
  readonly pack: PackManifest;
  readonly #models: ModelSet;
  readonly #options: FaceAnalyzerOptions;
  #disposed = false;

  protected constructor(pack: PackManifest, models: ModelSet, options: FaceAnalyzerOptions) {
    this.pack = pack;
    this.#models = withOwnRecognizer(models, options);
    this.#options = options;
  }

  /** Brings an input to pixels. */
  protected abstract read(input: Input, options: { readonly maxPixels?: number }): Promise<Image>;

  /** The recogniser that makes the embeddings, or `undefined` when none was loaded. */
  get recognizer(): RecognizerInfo | undefined {
    return this.#models.recognizerInfo;
  }

  /** The tasks that are loaded, `detection` first. */
  get tasks(): readonly Task[] {
    const { recognizer, landmarkers, genderAge, liveness } = this.#models;
    const loaded: readonly (readonly [Task, boolean])[] = [
      ['detection', true],
      ['landmark', landmarkers.length > 0],
      ['recognition', recognizer !== undefined],
      ['gender-age', genderAge !== undefined],
      ['liveness', liveness !== undefined],
    ];
    return loaded.flatMap(([task, there]) => (there ? [task] : []));
  }

  /**
   * Faces of one image, or of several, by falling detection score.
   * @throws InsightFaceError for an image that cannot be read; {@link FaceAnalyzer.stream} goes on instead.
   */
  get(image: Input, options?: GetOptions): Promise<Face[]>;
  get(images: readonly Input[], options?: GetOptions): Promise<Face[][]>;
  async get(input: Input | readonly Input[], options: GetOptions = {}): Promise<Face[] | Face[][]> {
    const many = Array.isArray(input);
    const inputs: readonly Input[] = many ? input : [input as Input];
    const all: Face[][] = [];
    for await (const item of this.stream(inputs, options)) {
      if ('error' in item) throw item.error;
      all.push(item.faces);
    }
    return many ? all : (all[0] ?? []);
  }

  /**
   * Analyses any number of images in bounded memory: the next batch is decoded while this one is computed. An
   * image that cannot be read yields its error and the rest goes on.
   */
  async *stream<Item extends Input>(
    inputs: Iterable<Item> | AsyncIterable<Item>,
    options: GetOptions = {},
  ): AsyncGenerator<StreamItem<Item>> {
    this.#checkUsable();
    const pipelineOptions = this.#pipelineOptions(options);
    for await (const batch of oneAhead(this.#decodeBatches(inputs, options.signal))) {
      const good = batch.filter(entry => 'image' in entry);
      const timings = createTimings();
      const faces = await analyzeImages(
        this.#models,
        good.map(entry => entry.image),
        pipelineOptions,
        timings,
      );
      let index = 0;
      for (const entry of batch) {
        if (!('image' in entry)) {
          yield entry;
          continue;
        }
        const share = shareOf(timings, good.length);
        share.decode = entry.decode;
        const { width, height } = entry.image;
        yield { input: entry.input, width, height, faces: faces[index++] ?? [], timings: share };
      }
    }
  }

  /**
   * Embeddings of crops that are aligned already, `recognizer.inputSize` pixels wide and high, not normalised.
   * @throws InsightFaceError `INVALID_ARGUMENT` when no recogniser is loaded or a crop has another size.
   */
  async embedAligned(
    crops: readonly Image[],
    options: Pick<GetOptions, 'signal'> = {},
  ): Promise<Float32Array[]> {
    this.#checkUsable();
    const { recognizer } = this.#models;
    if (!recognizer)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        'No recogniser is loaded. Create with task "recognition".',
      );
    return recognizer.embed(crops, options);
  }

  /** Runs every network once, so that the first real image is as quick as the rest. */
  async warmup(): Promise<void> {
    this.#checkUsable();
    const image = createImage(320, 240);
    await analyzeImages(this.#models, [image], this.#pipelineOptions({}), createTimings());
    const { recognizer, landmarkers, genderAge, liveness } = this.#models;
    const faces: FaceRef[] = [{ image, bbox: [120, 80, 200, 160] }];
    for (const landmarker of landmarkers) await landmarker.locate(faces);
    await recognizer?.embed([createImage(recognizer.inputSize, recognizer.inputSize)]);
    await genderAge?.estimate(faces);
    await liveness?.check(faces);
  }

  /** Frees the networks. Calls after this throw `DISPOSED`. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#models.dispose();
  }

  async *#decodeBatches<Item extends Input>(
    inputs: Iterable<Item> | AsyncIterable<Item>,
    signal: AbortSignal | undefined,
  ) {
    let batch: DecodedInput<Item>[] = [];
    let pixels = 0;
    for await (const input of inputs) {
      throwIfAborted(signal);
      const entry = await this.#decode(input);
      batch.push(entry);
      if ('image' in entry) pixels += entry.image.width * entry.image.height;
      if (batch.length >= batchImages || pixels >= batchPixels) {
        yield batch;
        batch = [];
        pixels = 0;
      }
    }
    if (batch.length > 0) yield batch;
  }

  async #decode<Item extends Input>(input: Item): Promise<DecodedInput<Item>> {
    const timings = createTimings();
    try {
      const image = await timed(timings, 'decode', () => this.read(input, this.decodeOptions()));
      return { input, image, decode: timings.decode };
    } catch (error) {
      return { input, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  protected decodeOptions(): { readonly maxPixels?: number } {
    const { maxPixels } = this.#options;
    return maxPixels === undefined ? {} : { maxPixels };
  }

  #pipelineOptions(options: GetOptions) {
    checkOptions(options);
    for (const task of options.tasks ?? [])
      if (!this.tasks.includes(task))
        throw new InsightFaceError(
          'INVALID_ARGUMENT',
          `The task ${task} is not loaded here; loaded are ${this.tasks.join(', ')}. Name it at creation.`,
        );
    const compatible = this.#options.compatibility === 'insightface';
    const detThresh = options.detThresh ?? this.#options.detThresh;
    return {
      ...(detThresh !== undefined && { detThresh }),
      ...(options.signal && { signal: options.signal }),
      tasks: options.tasks ?? this.tasks,
      detSize: options.detSize ?? this.#options.detSize ?? 'auto',
      maxNum: options.maxNum ?? this.#options.maxNum ?? 0,
      detMetric: this.#options.detMetric ?? 'default',
      rotation: this.#options.rotation ?? (compatible ? 'off' : 'auto'),
      antiAlias: !compatible,
    } as const;
  }

  #checkUsable(): void {
    if (this.#disposed)
      throw new InsightFaceError('DISPOSED', 'This FaceAnalysis was disposed of. Create a new one.');
  }
}

/** The recogniser that the caller brought in place of the pack's, or added up with mirror images. */
function withOwnRecognizer(models: ModelSet, { recognizer: own, flip }: FaceAnalyzerOptions): ModelSet {
  const plain = own ?? models.recognizer;
  return {
    ...models,
    recognizer: plain && flip ? flipFusion(plain) : plain,
    recognizerInfo: own ? describeRecognizer(own) : models.recognizerInfo,
  };
}

function describeRecognizer({ name, dimension, inputSize, fingerprint }: NamedRecognizer): RecognizerInfo {
  return { name, dimension, inputSize, fingerprint };
}

type DecodedInput<Input> =
  | { readonly input: Input; readonly image: Image; readonly decode: number }
  | { readonly input: Input; readonly error: Error };

/** Asks for the next item before it hands one out, so that the two are worked on at once. */
async function* oneAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = items.next();
      // Whoever stops early leaves this promise unread.
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await items.return(undefined);
  }
}

function shareOf(timings: Timings, images: number): Timings {
  const share = createTimings();
  for (const stage of Object.keys(share) as (keyof Timings)[]) share[stage] = timings[stage] / images;
  return share;
}

/**
 * Checks options before anything is fetched for them.
 * @throws InsightFaceError `INVALID_ARGUMENT` for a number outside its range, or a word that would pass for the default.
 */
export function checkAnalyzerOptions(options: FaceAnalyzerOptions): void {
  checkOptions(options);
  const choices = {
    rotation: ['off', 'auto', 'all'],
    detMetric: ['default', 'max'],
    compatibility: ['insightface'],
  } as const;
  for (const [name, words] of Object.entries(choices)) {
    const value = options[name as keyof typeof choices];
    if (value !== undefined && !words.some(word => word === value))
      throw new InsightFaceError('INVALID_ARGUMENT', `${name} is one of ${words.join(', ')}, not ${value}.`);
  }
}

function checkOptions({ detThresh, maxNum }: GetOptions): void {
  if (detThresh !== undefined && !(detThresh >= 0 && detThresh <= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `detThresh lies between 0 and 1, not at ${detThresh}.`);
  if (maxNum !== undefined && !(Number.isInteger(maxNum) && maxNum >= 0))
    throw new InsightFaceError('INVALID_ARGUMENT', `maxNum is a whole number from 0, not ${maxNum}.`);
}
