// FaceAnalysis in worker threads: ONNX Runtime's run() keeps its thread busy, so a server gives it threads of its own,
// and every request in the process shares them. Node only.

import type { RecognizerInfo } from '../analysis/models.js';
import { InsightFaceError } from '../errors.js';
import type { DrawableFace, DrawOptions } from '../image/index.js';
import { disableTelemetry } from '../runtime/telemetry.js';
import type { PackManifest, Task } from '../zoo/manifest.js';
import { Crew } from './crew.js';
import { Dispatcher, disposedError } from './dispatcher.js';
import type { Answers, Job, Loaded, PoolImage } from './messages.js';
import {
  type AnalyzedImage,
  type PoolOptions,
  type PoolStats,
  planOf,
  type RequestOptions,
  type UrgencyOptions,
} from './options.js';
import { checkUrgency, type Outcome } from './pool-request.js';

/**
 * A {@link FaceAnalysis} for many callers at once.
 * @example
 * const pool = await FaceAnalysisPool.create({ workers: 2 });
 * const { faces, queueMs } = await pool.analyze(await readFile('photo.jpg'), { priority: 'interactive', deadlineMs: 500 });
 * await pool.dispose();
 */
export class FaceAnalysisPool {
  readonly #dispatcher: Dispatcher;
  #options: PoolOptions;
  #crew: Crew;
  #reloads = 0;
  #reloading: Promise<void> = Promise.resolve();
  #disposed: Promise<void> | undefined;

  private constructor(dispatcher: Dispatcher, crew: Crew, options: PoolOptions) {
    this.#dispatcher = dispatcher;
    this.#crew = crew;
    this.#options = options;
  }

  /**
   * Starts the workers; the first one fetches the pack where needed.
   * @throws InsightFaceError what `FaceAnalysis.create` throws, or `WORKER_FAILED`.
   */
  static async create(options: PoolOptions = {}): Promise<FaceAnalysisPool> {
    disableTelemetry();
    const { plan, limits } = planOf(options);
    const dispatcher = new Dispatcher(limits);
    const crew = await Crew.start(plan, dispatcher, options.signal);
    dispatcher.use(crew, limits);
    return new FaceAnalysisPool(dispatcher, crew, options);
  }

  get pack(): PackManifest {
    return this.#loaded.pack;
  }

  /** The recogniser that makes the embeddings, or `undefined` when none was loaded. */
  get recognizer(): RecognizerInfo | undefined {
    return this.#loaded.recognizer;
  }

  /** The tasks that are loaded, `detection` first. */
  get tasks(): readonly Task[] {
    return this.#loaded.tasks;
  }

  /**
   * Faces of one image. Bytes and pixels are copied when a worker is free for them, and must not change before the answer
   * is there.
   * @throws InsightFaceError as `FaceAnalysis.get`, and `BUSY` ({@link BusyError}), `DEADLINE_EXCEEDED`,
   * `WORKER_FAILED` when a worker died over it twice or none can be started, `ABORTED`, `DISPOSED`.
   */
  async analyze(image: PoolImage, options: RequestOptions = {}): Promise<AnalyzedImage> {
    const { detThresh, detSize, maxNum, tasks, crops = false } = options;
    this.#checkTasks(tasks);
    const job: Job = {
      kind: 'analyze',
      image: checkImage(image),
      options: {
        ...(detThresh !== undefined && { detThresh }),
        ...(detSize !== undefined && { detSize }),
        ...(maxNum !== undefined && { maxNum }),
        ...(tasks && { tasks: [...new Set(tasks)].sort() }),
      },
      crops: cropFormat(crops),
    };
    const { answer, loaded, queueMs } = await this.#submit(job, options);
    return { ...(answer as Answers['analyze']), queueMs, recognizer: loaded.recognizer };
  }

  /**
   * Embeddings of faces that are aligned already, `recognizer.inputSize` pixels wide and high, not normalised.
   * @throws InsightFaceError as `FaceAnalysis.embedAligned` and {@link FaceAnalysisPool.analyze}.
   */
  async embedAligned(crops: readonly PoolImage[], options: UrgencyOptions = {}): Promise<Float32Array[]> {
    if (crops.length === 0) return [];
    const { answer } = await this.#submit({ kind: 'embed', crops: crops.map(checkImage) }, options);
    return [...(answer as Answers['embed'])];
  }

  /**
   * A PNG of the image with its faces drawn in. Faces may carry a `label` and a `color`.
   * @throws InsightFaceError as {@link FaceAnalysisPool.analyze}.
   */
  async draw(
    image: PoolImage,
    faces: readonly DrawableFace[],
    options: DrawOptions & UrgencyOptions = {},
  ): Promise<Uint8Array> {
    const { priority: _, tenant: __, deadlineMs: ___, signal: ____, ...drawing } = options;
    const job: Job = { kind: 'draw', image: checkImage(image), faces, options: drawing };
    return (await this.#submit(job, options)).answer as Uint8Array;
  }

  stats(): PoolStats {
    const { counters, batchSizes, waitingImages, waitingBytes } = this.#dispatcher;
    return {
      ...counters,
      workers: this.#crew.size,
      idle: this.#crew.idle,
      queued: waitingImages,
      queuedBytes: waitingBytes,
      running: [...this.#crew.running()].length,
      batchSizes: Object.fromEntries(batchSizes),
      reloads: this.#reloads,
      tasks: this.tasks,
    };
  }

  /**
   * Starts workers with these options on top of the present ones, gives them all work from then on, and ends the old ones
   * when they are done. No request fails by it; when the new workers do not start, the old ones stay.
   * @throws InsightFaceError as {@link FaceAnalysisPool.create}.
   */
  reload(options: PoolOptions = {}): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#reload(options));
    this.#reloading = reloaded.catch(() => undefined);
    return reloaded;
  }

  /** Refuses what waits with `DISPOSED`, lets what runs end, and ends the workers. */
  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  get #loaded(): Loaded {
    return this.#crew.loaded;
  }

  #checkTasks(tasks: readonly Task[] = []): void {
    for (const task of tasks)
      if (!this.tasks.includes(task))
        throw new InsightFaceError(
          'INVALID_ARGUMENT',
          `The task ${task} is not loaded here; loaded are ${this.tasks.join(', ')}. Name it at creation, or reload.`,
        );
  }

  async #submit(job: Job, options: UrgencyOptions): Promise<Outcome> {
    checkUrgency(options);
    return this.#dispatcher.submit(job, options);
  }

  async #reload(options: PoolOptions): Promise<void> {
    if (this.#disposed) throw disposedError();
    const { signal: _, ...present } = this.#options;
    const next = { ...present, ...options };
    const { plan, limits } = planOf(next);
    const crew = await Crew.start(plan, this.#dispatcher, options.signal);
    if (this.#disposed) {
      await crew.close();
      throw disposedError();
    }
    const old = this.#crew;
    this.#crew = crew;
    this.#options = next;
    this.#reloads++;
    this.#dispatcher.use(crew, limits);
    await old.close();
  }

  async #dispose(): Promise<void> {
    this.#dispatcher.close();
    await this.#crew.close();
    await this.#reloading;
  }
}

function cropFormat(crops: NonNullable<RequestOptions['crops']>): 'none' | 'jpeg' | 'png' {
  if (crops === false) return 'none';
  if (crops === true) return 'jpeg';
  if (crops === 'jpeg' || crops === 'png') return crops;
  throw new InsightFaceError('INVALID_ARGUMENT', `crops is true, false, "jpeg" or "png", not ${crops}.`);
}

/** JavaScript callers hand in anything; what is no picture must not reach a message between threads. */
function checkImage(image: PoolImage): PoolImage {
  if (typeof image === 'string' || image instanceof Uint8Array) return image;
  const { width, height, data } = (image ?? {}) as Partial<Extract<PoolImage, { width: number }>>;
  if (
    width !== undefined &&
    height !== undefined &&
    (data instanceof Uint8Array || data instanceof Uint8ClampedArray)
  )
    return { width, height, data };
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    'A picture is a path, the bytes of an image file (Uint8Array), or pixels: {width, height, data}.',
  );
}
