// A worker thread as the pool sees it: started, given batches, watched for its end. Node only.
import { Worker } from 'node:worker_threads';
import { InsightFaceError } from '../errors.js';
import type { DownloadProgress } from '../zoo/index.js';
import type { FromWorker, JobEnd, Loaded, ToWorker, WorkerSettings } from './messages.js';
import { handOver, type PoolRequest } from './pool-request.js';
import { fromWire } from './wire-error.js';

/** Heap of a worker. Pixels and weights lie outside of it, so a worker that needs more runs away. */
const maxHeapMb = 512;

/** What a worker tells while it loads its pack. */
export interface LoadingNews {
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

export interface WorkerEvents {
  /** A job has ended. */
  ended(request: PoolRequest, end: JobEnd): void;
  /** A whole batch has ended: of so many images, in so many milliseconds. */
  batchEnded(requests: readonly PoolRequest[], runMs: number): void;
  /** The thread is gone, and so is what it had not ended. */
  died(worker: PoolWorker, lost: PoolRequest[], reason: Error): void;
}

export class PoolWorker {
  readonly #thread: Worker;
  readonly #events: WorkerEvents;
  readonly #batches: (readonly PoolRequest[])[] = [];
  readonly #running = new Map<number, PoolRequest>();
  readonly #exited: Promise<void>;
  #closing = false;
  #reason: Error | undefined;
  #whenFree: (() => void) | undefined;

  private constructor(thread: Worker, events: WorkerEvents) {
    this.#thread = thread;
    this.#events = events;
    thread.on('error', error => {
      this.#reason = error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise(resolve => {
      thread.on('exit', code => {
        resolve();
        this.#whenFree?.();
        const reason = this.#reason ?? new Error(`its thread ended with code ${code}`);
        if (!this.#closing || this.#running.size > 0)
          this.#events.died(this, [...this.#running.values()], reason);
        this.#running.clear();
        this.#batches.length = 0;
      });
    });
  }

  /**
   * Starts a thread and waits until its networks are loaded.
   * @throws InsightFaceError what `FaceAnalysis.create` throws, `WORKER_FAILED`, `ABORTED`.
   */
  static async start(
    settings: WorkerSettings,
    events: WorkerEvents,
    news: LoadingNews,
    signal: AbortSignal | undefined,
  ): Promise<{ worker: PoolWorker; loaded: Loaded }> {
    const thread = new Worker(workerFile(import.meta.url), {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    const stop = () => void thread.terminate();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const loaded = await whenLoaded(thread, news);
      const worker = new PoolWorker(thread, events);
      thread.on('message', (message: FromWorker) => worker.#receive(message, news));
      thread.unref();
      return { worker, loaded };
    } catch (error) {
      await thread.terminate();
      if (signal?.aborted)
        throw new InsightFaceError('ABORTED', 'The call was aborted by its signal.', {
          cause: signal.reason,
        });
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Batches that were given and have not ended. */
  get batches(): number {
    return this.#batches.length;
  }

  /** Requests that were given and have not ended. */
  get requests(): Iterable<PoolRequest> {
    return this.#running.values();
  }

  run(requests: readonly PoolRequest[]): void {
    // A pool at rest does not keep its process alive.
    if (this.#batches.length === 0) this.#thread.ref();
    this.#batches.push(requests);
    const transfers: ArrayBuffer[] = [];
    const jobs = requests.map(request => {
      this.#running.set(request.id, request);
      const { job, transfer } = handOver(request.job);
      transfers.push(...transfer);
      return { id: request.id, job, expiresAt: request.expiresAt };
    });
    this.#post({ kind: 'batch', jobs }, transfers);
  }

  /** Nobody waits for this request any more; does nothing when it is not here. */
  cancel({ id }: PoolRequest): void {
    if (this.#running.has(id)) this.#post({ kind: 'cancel', id });
  }

  /** Ends the thread when all that it was given has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#thread.ref();
    if (this.#batches.length > 0)
      await new Promise<void>(resolve => {
        this.#whenFree = resolve;
      });
    this.#post({ kind: 'close' });
    await this.#exited;
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, transfer);
  }

  #receive(message: FromWorker, news: LoadingNews): void {
    if (message.kind === 'end') {
      const request = this.#running.get(message.end.id);
      this.#running.delete(message.end.id);
      if (request) this.#events.ended(request, message.end);
    } else if (message.kind === 'batch-end') {
      const batch = this.#batches.shift() ?? [];
      if (this.#batches.length === 0) {
        this.#whenFree?.();
        if (!this.#closing) this.#thread.unref();
      }
      this.#events.batchEnded(batch, message.runMs);
    } else tell(message, news);
  }
}

function tell(message: FromWorker, news: LoadingNews): void {
  if (message.kind === 'notice') news.onNotice?.(message.text);
  else if (message.kind === 'progress') news.onProgress?.(message.progress);
}

function whenLoaded(thread: Worker, news: LoadingNews): Promise<Loaded> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: FromWorker) => {
      if (message.kind === 'loaded') settle(() => resolve(message.loaded));
      else if (message.kind === 'not-loaded') settle(() => reject(fromWire(message.error)));
      else tell(message, news);
    };
    const onError = (cause: unknown) =>
      settle(() => reject(startError(cause instanceof Error ? cause.message : String(cause), cause)));
    const onExit = (code: number) => settle(() => reject(startError(`it ended with code ${code}`)));
    const settle = (outcome: () => void) => {
      thread.off('message', onMessage).off('error', onError).off('exit', onExit);
      outcome();
    };
    thread.on('message', onMessage).on('error', onError).on('exit', onExit);
  });
}

function startError(reason: string, cause?: unknown): InsightFaceError {
  return new InsightFaceError('WORKER_FAILED', `A worker thread did not start: ${reason}.`, { cause });
}

/** Node runs no TypeScript in a worker: from sources, as tests run, the built file is taken. */
function workerFile(from: string): URL {
  const url = new URL('./worker-entry.js', from);
  return from.endsWith('.ts') ? new URL(url.href.replace('/insightface/src/', '/insightface/dist/')) : url;
}
