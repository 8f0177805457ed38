// Between callers and workers: what waits, what runs, who is refused, what is tried again.
import { throwIfAborted } from '../abort.js';
import { InsightFaceError } from '../errors.js';
import { deadlineError } from './batch-runner.js';
import { BatchSize } from './batch-size.js';
import { BusyError } from './busy-error.js';
import type { CrewEvents } from './crew.js';
import { clock, type Job, type JobEnd, type Loaded } from './messages.js';
import { type Outcome, PoolRequest, type Urgency } from './pool-request.js';
import { TenantShares } from './tenant-shares.js';
import { WaitingList } from './waiting-list.js';
import { fromWire } from './wire-error.js';

export interface Limits {
  /** Images of one batch. */
  readonly maxBatch: number;
  readonly maxDelayMs: number;
  /** Images that wait. */
  readonly maxQueue: number;
  readonly maxQueueBytes: number;
}

/** Counted since the pool was created. */
export interface Counters {
  done: number;
  /** Answered with an error that is none of those below: a picture that does not read, mostly. */
  failed: number;
  /** Refused with `BUSY`. */
  busy: number;
  /** `DEADLINE_EXCEEDED`. */
  expired: number;
  aborted: number;
  /** Lost with a worker twice. */
  lost: number;
  batches: number;
  /** Workers that were started in place of dead ones. */
  restarts: number;
  /** Milliseconds that requests waited before work on them began, summed. */
  waitMs: number;
  /** Milliseconds that workers were at work, summed. */
  runMs: number;
}

/** Those who do the work: a `Crew`. */
export interface Workers {
  /** Workers that live. */
  readonly size: number;
  /** Workers that have nothing to do. */
  readonly idle: number;
  /** Requests that were given to workers. */
  running(): Iterable<PoolRequest>;
  /** A worker that can be given a batch while so many images wait. */
  free(waitingImages: number): { run(requests: readonly PoolRequest[]): void } | undefined;
  /** Nobody waits for this request any more. */
  cancel(request: PoolRequest): void;
}

/** A worker may die over a request this often before the request is given up. */
const deathsAllowed = 1;
/** Wait that is suggested at least: less would only be asked again. */
const shortestRetryMs = 50;

export class Dispatcher implements CrewEvents {
  readonly counters: Counters = {
    done: 0,
    failed: 0,
    busy: 0,
    expired: 0,
    aborted: 0,
    lost: 0,
    batches: 0,
    restarts: 0,
    waitMs: 0,
    runMs: 0,
  };
  /** Batches by their number of images. */
  readonly batchSizes = new Map<number, number>();
  readonly #shares = new TenantShares();
  readonly #waiting = new WaitingList<PoolRequest>(this.#shares);
  /** By family of requests; there are as many as subsets of tasks. */
  #sizes = new Map<string, BatchSize>();
  #limits: Limits;
  #crew: Workers | undefined;
  #down: Error | undefined;
  #closed = false;
  #scheduled = false;
  #hold: NodeJS.Timeout | undefined;
  #lastArrival = Number.NEGATIVE_INFINITY;
  #gap = Number.POSITIVE_INFINITY;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get waitingImages(): number {
    return this.#waiting.images;
  }

  get waitingBytes(): number {
    return this.#waiting.bytes;
  }

  /** All new work goes to these workers from now on. */
  use(crew: Workers, limits: Limits): void {
    this.#crew = crew;
    this.#limits = limits;
    this.#sizes = new Map();
    this.#down = undefined;
    this.#schedule();
  }

  /** Queues a job. @throws InsightFaceError see `FaceAnalysisPool`. */
  async submit(job: Job, urgency: Urgency): Promise<Outcome> {
    if (this.#closed) throw disposedError();
    throwIfAborted(urgency.signal);
    if (this.#down) throw this.#down;
    const request = new PoolRequest(job, urgency);
    request.expectedMs = request.images * this.#msPerImage(request.family);
    this.#admit(request, urgency.deadlineMs);
    this.#gap = request.submittedAt - this.#lastArrival;
    this.#lastArrival = request.submittedAt;
    this.#shares.enter(request.tenant);
    this.#waiting.add(request);
    request.watch(
      urgency.signal,
      () => this.#expire(request),
      () => this.#abort(request, urgency.signal),
    );
    this.#schedule();
    return request.outcome;
  }

  /** Refuses all that waits and all that comes. */
  close(): void {
    this.#closed = true;
    for (const request of this.#waiting.clear()) this.#fail(request, disposedError());
  }

  ended(request: PoolRequest, { outcome, startedAt, runMs }: JobEnd, loaded: Loaded): void {
    this.#shares.charge(request.tenant, runMs - request.expectedMs);
    this.#shares.leave(request.tenant);
    if (request.settled) return;
    const queueMs = Math.max(0, startedAt - request.submittedAt);
    this.counters.waitMs += queueMs;
    if ('answer' in outcome) {
      this.counters.done++;
      request.resolve({ answer: outcome.answer, loaded, queueMs });
      return;
    }
    if (outcome.error.code === 'DEADLINE_EXCEEDED') this.counters.expired++;
    else this.counters.failed++;
    request.reject(fromWire(outcome.error));
  }

  batchEnded(requests: readonly PoolRequest[], runMs: number): void {
    this.#down = undefined;
    this.counters.runMs += runMs;
    const images = requests.reduce((sum, request) => sum + request.images, 0);
    const [first] = requests;
    // What was aborted, late or no picture took no time, and tells nothing.
    if (first && requests.every(({ answered }) => answered)) this.#sizeOf(first.family).record(images, runMs);
    this.#schedule();
  }

  lost(requests: readonly PoolRequest[], reason: Error): void {
    for (const request of requests.toReversed()) {
      this.#shares.charge(request.tenant, -request.expectedMs);
      if (request.settled) this.#shares.leave(request.tenant);
      else if (this.#closed) this.#fail(request, disposedError());
      else if (request.deaths++ >= deathsAllowed) {
        this.counters.lost++;
        this.#fail(
          request,
          workerError(`The worker thread died over this request, twice: ${reason.message}.`, reason),
        );
      } else this.#waiting.putBack(request);
    }
    this.#schedule();
  }

  restarted(): void {
    this.counters.restarts++;
    this.#down = undefined;
    this.#schedule();
  }

  down(reason: Error): void {
    this.#down = workerError(
      `No worker thread can be started: ${reason.message} It is tried again in the background.`,
      reason,
    );
    for (const request of this.#waiting.clear()) this.#fail(request, this.#down);
  }

  /** @throws BusyError when the queue is full, or too long for the deadline. */
  #admit(request: PoolRequest, deadlineMs: number | undefined): void {
    const { maxQueue, maxQueueBytes } = this.#limits;
    const { images, bytes } = this.#waiting;
    // What is larger than the queue alone is taken where nothing else waits.
    const full = images > 0 && (images + request.images > maxQueue || bytes + request.bytes > maxQueueBytes);
    if (full)
      this.#refuse(`The queue is full: ${images} images wait.`, this.#waitMs(Number.POSITIVE_INFINITY));
    if (deadlineMs === undefined) return;
    const wait = this.#waitMs(request.level);
    if (wait > deadlineMs)
      this.#refuse(
        `Work would begin in about ${Math.ceil(wait)} ms, later than the deadline of ${Math.ceil(deadlineMs)} ms.`,
        wait - deadlineMs,
      );
  }

  #refuse(reason: string, retryAfterMs: number): never {
    this.counters.busy++;
    throw new BusyError(reason, Math.max(shortestRetryMs, retryAfterMs));
  }

  /** Milliseconds until a worker would be free for a request of this level that came now. */
  #waitMs(level: number): number {
    const crew = this.#crew;
    if (!crew || (crew.idle > 0 && this.#waiting.images === 0)) return 0;
    let sum = this.#waiting.expectedMs(level);
    for (const request of crew.running()) sum += request.expectedMs;
    return sum / Math.max(1, crew.size);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Requests that come in one turn of the event loop are looked at together.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    clearTimeout(this.#hold);
    const crew = this.#crew;
    const now = clock();
    for (let first = this.#waiting.first(now); crew && first; first = this.#waiting.first(now)) {
      const worker = crew.free(this.#waiting.images);
      if (!worker) return;
      const size = this.#sizeOf(first.family);
      const hold = this.#holdMs(first, size, now);
      if (hold > 0) {
        this.#hold = setTimeout(() => this.#dispatch(), hold);
        return;
      }
      const share = Math.ceil(this.#waiting.images / Math.max(1, crew.idle));
      const batch = this.#waiting.take(first, Math.min(size.next(), share), now);
      const images = batch.reduce((sum, request) => sum + request.images, 0);
      this.counters.batches++;
      this.batchSizes.set(images, (this.batchSizes.get(images) ?? 0) + 1);
      worker.run(batch);
    }
  }

  /**
   * Milliseconds to wait for more of this lane: none unless larger batches were measured to be quicker here and requests
   * come so closely that another one is likely.
   */
  #holdMs(first: PoolRequest, size: BatchSize, now: number): number {
    const { maxDelayMs } = this.#limits;
    if (first.alone || this.#gap > maxDelayMs || this.#waiting.inLane(first.lane) >= size.best) return 0;
    return first.submittedAt + maxDelayMs - now;
  }

  #expire(request: PoolRequest): void {
    // What a worker has been given already, the worker looks at.
    if (!this.#waiting.remove(request)) return;
    this.counters.expired++;
    this.#fail(request, deadlineError());
  }

  #abort(request: PoolRequest, signal: AbortSignal | undefined): void {
    this.counters.aborted++;
    const error = new InsightFaceError('ABORTED', 'The call was aborted by its signal.', {
      cause: signal?.reason,
    });
    if (this.#waiting.remove(request)) {
      this.#fail(request, error);
      return;
    }
    request.reject(error);
    this.#crew?.cancel(request);
  }

  /** Ends a request that no worker has. */
  #fail(request: PoolRequest, error: Error): void {
    this.#shares.leave(request.tenant);
    request.reject(error);
  }

  #sizeOf(family: string): BatchSize {
    let size = this.#sizes.get(family);
    if (!size) {
      size = new BatchSize(this.#limits.maxBatch);
      this.#sizes.set(family, size);
    }
    return size;
  }

  #msPerImage(family: string): number {
    return this.#sizes.get(family)?.msPerImage ?? 0;
  }
}

/** The error of every call after `dispose`. */
export function disposedError(): InsightFaceError {
  return new InsightFaceError('DISPOSED', 'This FaceAnalysisPool was disposed of. Create a new one.');
}

function workerError(message: string, cause: Error): InsightFaceError {
  return new InsightFaceError('WORKER_FAILED', message, { cause });
}
