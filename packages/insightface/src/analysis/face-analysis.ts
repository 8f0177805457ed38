// One object that finds, aligns, recognises and describes faces: InsightFace's FaceAnalysis, batched.

import { throwIfAborted } from '../abort.js';
import type { FaceRef } from '../attributes/attribute-model.js';
import type { DetectOptions } from '../detection/detector.js';
import type { Rotation, SelectionMetric } from '../detection/index.js';
import { InsightFaceError } from '../errors.js';
import { createImage, type Image } from '../image/image.js';
import { type DrawOptions, drawFaces, encodePng } from '../image/index.js';
import { flipFusion } from '../recognition/index.js';
import type { Recognizer } from '../recognition/recognizer.js';
import type { Device } from '../runtime/session.js';
import type { LoadPackOptions, PackSource } from '../zoo/index.js';
import { loadPack } from '../zoo/index.js';
import type { PackManifest, Task } from '../zoo/manifest.js';
import type { Face } from './face.js';
import { type ImageInput, readImage } from './input.js';
import { type ModelSet, openModels, type RecognizerInfo } from './models.js';
import { analyzeImages } from './pipeline.js';
import { createTimings, type Timings, timed } from './timings.js';

/** A recogniser that can be told from others. */
export type NamedRecognizer = Recognizer & Pick<RecognizerInfo, 'name' | 'fingerprint'>;

export interface FaceAnalysisOptions {
  /** Name of a pack, a folder of `.onnx` files, or a manifest. Default `open`. */
  readonly pack?: PackSource;
  /**
   * Only these tasks are loaded (detection always is). Default: all that the pack does not mark optional. Where the
   * detector gives no five points, as that of the pack `open`, `landmark` is needed for any other.
   */
  readonly tasks?: readonly Task[];
  /** Tasks that the pack marks optional and that are wanted as well, such as `liveness`. */
  readonly include?: readonly Task[];
  /** Where the networks run. Default `cpu`; a device that is not there is an error. */
  readonly device?: Device;
  /** Threads inside one network run. Default 1. */
  readonly threads?: number;
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
  /** Told while the pack downloads. */
  readonly onProgress?: LoadPackOptions['onProgress'];
  /** Told once what a person should know: licences, files that were ignored. */
  readonly onNotice?: LoadPackOptions['onNotice'];
  /** Never use the network. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/** What may change from call to call. */
export interface GetOptions {
  readonly detThresh?: number;
  readonly detSize?: DetectOptions['detSize'];
  readonly maxNum?: number;
  readonly signal?: AbortSignal;
}

/** One image of {@link FaceAnalysis.stream}: its faces, or why there are none. */
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

/**
 * Detects, aligns and recognises faces.
 * @example
 * const app = await FaceAnalysis.create();
 * const faces = await app.get('photo.jpg');
 * console.log(faces[0]?.bbox, faces[0]?.age, faces[0]?.normedEmbedding?.length);
 */
export class FaceAnalysis {
  readonly pack: PackManifest;
  readonly #models: ModelSet;
  readonly #options: FaceAnalysisOptions;
  #disposed = false;

  private constructor(pack: PackManifest, models: ModelSet, options: FaceAnalysisOptions) {
    this.pack = pack;
    this.#models = models;
    this.#options = options;
  }

  /**
   * Fetches the pack where needed, checks it, and opens its networks.
   * @throws InsightFaceError `PACK_INVALID`, `MODEL_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`,
   * `RUNTIME_UNAVAILABLE`.
   */
  static async create(options: FaceAnalysisOptions = {}): Promise<FaceAnalysis> {
    checkOptions(options);
    checkChoices(options);
    const { pack = 'open', tasks, recognizer: own, ...rest } = options;
    const { manifest, models } = await loadPack(pack, {
      ...rest,
      ...(tasks && { tasks: ['detection', ...tasks] }),
    });
    const set = await openModels(models, options);
    const plain = own ?? set.recognizer;
    const recognizer = plain && options.flip ? flipFusion(plain) : plain;
    const recognizerInfo = own ? describeRecognizer(own) : set.recognizerInfo;
    return new FaceAnalysis(manifest, { ...set, recognizer, recognizerInfo }, options);
  }

  /** The recogniser that makes the embeddings, or `undefined` when none was loaded. */
  get recognizer(): RecognizerInfo | undefined {
    return this.#models.recognizerInfo;
  }

  /**
   * Faces of one image, or of several, by falling detection score.
   * @throws InsightFaceError for an image that cannot be read; {@link FaceAnalysis.stream} goes on instead.
   */
  get(image: ImageInput, options?: GetOptions): Promise<Face[]>;
  get(images: readonly ImageInput[], options?: GetOptions): Promise<Face[][]>;
  async get(input: ImageInput | readonly ImageInput[], options: GetOptions = {}): Promise<Face[] | Face[][]> {
    const many = Array.isArray(input);
    const inputs: readonly ImageInput[] = many ? input : [input as ImageInput];
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
  async *stream<Input extends ImageInput>(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    options: GetOptions = {},
  ): AsyncGenerator<StreamItem<Input>> {
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

  /** A PNG of the image with its faces drawn in. Faces may carry a `label` and a `color`. */
  async draw(
    input: ImageInput,
    faces: Parameters<typeof drawFaces>[1],
    options?: DrawOptions,
  ): Promise<Uint8Array> {
    const image = await readImage(input, this.#decodeOptions());
    return encodePng(drawFaces(image, faces, options));
  }

  /** Runs every network once, so that the first real image is as quick as the rest. */
  async warmup(): Promise<void> {
    const image = createImage(320, 240);
    await this.get(image);
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

  async *#decodeBatches<Input extends ImageInput>(
    inputs: Iterable<Input> | AsyncIterable<Input>,
    signal: AbortSignal | undefined,
  ) {
    let batch: DecodedInput<Input>[] = [];
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

  async #decode<Input extends ImageInput>(input: Input): Promise<DecodedInput<Input>> {
    const timings = createTimings();
    try {
      const image = await timed(timings, 'decode', () => readImage(input, this.#decodeOptions()));
      return { input, image, decode: timings.decode };
    } catch (error) {
      return { input, error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  #decodeOptions() {
    const { maxPixels } = this.#options;
    return maxPixels === undefined ? {} : { maxPixels };
  }

  #pipelineOptions(options: GetOptions) {
    checkOptions(options);
    const compatible = this.#options.compatibility === 'insightface';
    const detThresh = options.detThresh ?? this.#options.detThresh;
    return {
      ...(detThresh !== undefined && { detThresh }),
      ...(options.signal && { signal: options.signal }),
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

/** A word that is none of these would pass for the default. */
function checkChoices(options: FaceAnalysisOptions): void {
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
