// FaceAnalysis in a worker of its own, so that the page stays smooth; the answers are the same.
import { throwIfAborted } from '../abort.js';
import type { Face } from '../analysis/face.js';
import type { GetOptions, StreamItem } from '../analysis/face-analyzer.js';
import type { RecognizerInfo } from '../analysis/models.js';
import { InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import type { PackManifest } from '../zoo/manifest.js';
import { folderUrl } from './address.js';
import type { FaceAnalysisOptions } from './face-analysis.js';
import { type ImageInput, isDrawable } from './input.js';
import {
  type CallName,
  type FromWorker,
  type ToWorker,
  unpackError,
  type WorkerCalls,
} from './worker-messages.js';

export interface WorkerFaceAnalysisOptions extends Omit<FaceAnalysisOptions, 'recognizer'> {
  /** A worker that runs `insightface-ts/web/worker`, for pages whose bundler makes none. */
  readonly worker?: Worker;
}

interface Call {
  resolve(result: ReturnType<WorkerCalls[CallName]>): void;
  reject(error: Error): void;
}

/**
 * Detects, aligns and recognises faces in a worker.
 * @example
 * const app = await WorkerFaceAnalysis.create({ pack: '/models/open/' });
 * const faces = await app.get(video);
 */
export class WorkerFaceAnalysis {
  #pack: PackManifest | undefined;
  #recognizer: RecognizerInfo | undefined;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #count = 0;
  #ended: InsightFaceError | undefined;

  private constructor(
    worker: Worker,
    { onNotice = text => console.info(text), onProgress }: WorkerFaceAnalysisOptions,
  ) {
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('notice' in data) return onNotice(data.notice);
      if ('progress' in data) return onProgress?.(data.progress);
      const call = this.#calls.get(data.id);
      this.#calls.delete(data.id);
      if ('error' in data) call?.reject(unpackError(data.error));
      else call?.resolve(data.result);
    };
    worker.onerror = ({ message }) =>
      this.#end(
        new InsightFaceError(
          'RUNTIME_UNAVAILABLE',
          `The worker failed: ${message || 'its script did not load'}.`,
        ),
      );
  }

  /**
   * Starts the worker, which fetches the pack and opens its networks.
   * @throws InsightFaceError as `FaceAnalysis.create`; `RUNTIME_UNAVAILABLE` also when the worker does not start.
   */
  static async create(options: WorkerFaceAnalysisOptions): Promise<WorkerFaceAnalysis> {
    throwIfAborted(options.signal);
    const { worker, onNotice: _, onProgress: __, signal, ...rest } = options;
    const app = new WorkerFaceAnalysis(
      worker ??
        new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'insightface-ts' }),
      options,
    );
    try {
      const pack = folderUrl(options.pack).href;
      const wasmPaths =
        options.wasmPaths === undefined ? {} : { wasmPaths: folderUrl(options.wasmPaths).href };
      const { pack: manifest, recognizer } = await app.#call(
        'create',
        [{ ...rest, ...wasmPaths, pack }],
        signal,
      );
      app.#pack = manifest;
      app.#recognizer = recognizer;
      return app;
    } catch (error) {
      await app.dispose();
      throw error;
    }
  }

  get pack(): PackManifest {
    return this.#pack as PackManifest;
  }

  /** The recogniser that makes the embeddings, or `undefined` when none was loaded. */
  get recognizer(): RecognizerInfo | undefined {
    return this.#recognizer;
  }

  /**
   * Faces of one image, or of several, by falling detection score.
   * @throws InsightFaceError for an image that cannot be read; {@link WorkerFaceAnalysis.stream} goes on instead.
   */
  get(image: ImageInput, options?: GetOptions): Promise<Face[]>;
  get(images: readonly ImageInput[], options?: GetOptions): Promise<Face[][]>;
  async get(input: ImageInput | readonly ImageInput[], options: GetOptions = {}): Promise<Face[] | Face[][]> {
    if (!Array.isArray(input)) return (await this.#analyze(input as ImageInput, options)).faces;
    const all: Face[][] = [];
    for (const image of input as readonly ImageInput[]) all.push((await this.#analyze(image, options)).faces);
    return all;
  }

  /** Analyses any number of images one by one. An image that cannot be read yields its error and the rest goes on. */
  async *stream<Item extends ImageInput>(
    inputs: Iterable<Item> | AsyncIterable<Item>,
    options: GetOptions = {},
  ): AsyncGenerator<StreamItem<Item>> {
    for await (const input of inputs) {
      throwIfAborted(options.signal);
      const answer = await this.#analyze(input, options).catch((error: unknown) => {
        if (this.#ended || options.signal?.aborted || !(error instanceof Error)) throw error;
        return { error };
      });
      yield { input, ...answer };
    }
  }

  /** As `FaceAnalysis.embedAligned`. */
  embedAligned(crops: readonly Image[], options: Pick<GetOptions, 'signal'> = {}): Promise<Float32Array[]> {
    return this.#call('embedAligned', [crops], options.signal);
  }

  /** Runs every network once, so that the first real image is as quick as the rest. */
  warmup(): Promise<void> {
    return this.#call('warmup', []);
  }

  /** Ends the worker and frees its memory. Calls under way and calls after this throw `DISPOSED`. */
  async dispose(): Promise<void> {
    this.#end(new InsightFaceError('DISPOSED', 'This WorkerFaceAnalysis was disposed of. Create a new one.'));
  }

  async #analyze(input: ImageInput, { signal, ...options }: GetOptions) {
    const [sent, transfer] = await toWorker(input);
    return this.#call('analyze', [sent, options], signal, transfer);
  }

  #call<Name extends CallName>(
    call: Name,
    parameters: Parameters<WorkerCalls[Name]>,
    signal?: AbortSignal,
    transfer: Transferable[] = [],
  ): Promise<ReturnType<WorkerCalls[Name]>> {
    if (this.#ended) return Promise.reject(this.#ended);
    throwIfAborted(signal);
    const id = ++this.#count;
    const abort = () => this.#worker.postMessage({ abort: id } satisfies ToWorker);
    signal?.addEventListener('abort', abort, { once: true });
    return new Promise<ReturnType<WorkerCalls[Name]>>((resolve, reject) => {
      this.#calls.set(id, { resolve: result => resolve(result as ReturnType<WorkerCalls[Name]>), reject });
      this.#worker.postMessage({ id, call, parameters }, transfer);
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  #end(reason: InsightFaceError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#worker.terminate();
    for (const call of this.#calls.values()) call.reject(reason);
    this.#calls.clear();
  }
}

/** Pictures of the page become bitmaps, which change threads without a copy; anything else is sent as it is. */
async function toWorker(input: ImageInput): Promise<[input: ImageInput, transfer: Transferable[]]> {
  if (typeof input === 'string' || input instanceof URL) return [new URL(input, document.baseURI).href, []];
  if (!isDrawable(input)) return [input, []];
  const bitmap = await createImageBitmap(input, { colorSpaceConversion: 'none' }).catch((cause: unknown) => {
    throw new InsightFaceError('IMAGE_INVALID', 'The picture has no pixels yet. Wait until it is loaded.', {
      cause,
    });
  });
  return [bitmap, [bitmap]];
}
