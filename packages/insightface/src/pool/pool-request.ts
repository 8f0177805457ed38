// One request of the pool from its submission to its end.
import { InsightFaceError } from '../errors.js';
import { type Answer, clock, type Job, type Loaded, type PoolImage } from './messages.js';
import type { Waiting } from './waiting-list.js';

/** Priorities, the highest first. */
export const priorities = ['interactive', 'normal', 'background'] as const;
export type Priority = (typeof priorities)[number];

/** Who asks, how urgently, and for how long. */
export interface Urgency {
  readonly priority?: Priority;
  readonly tenant?: string;
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

export interface Outcome {
  readonly answer: Answer;
  /** Of the worker that answered. */
  readonly loaded: Loaded;
  readonly queueMs: number;
}

let lastId = 0;

export class PoolRequest implements Waiting {
  readonly id = ++lastId;
  readonly job: Job;
  /** Kind and tasks: what decides how long a request takes. */
  readonly family: string;
  readonly lane: string;
  readonly level: number;
  readonly tenant: string;
  readonly images: number;
  readonly bytes: number;
  readonly submittedAt = clock();
  readonly expiresAt: number | undefined;
  readonly outcome: Promise<Outcome>;
  expectedMs = 0;
  /** Times that a worker died over it. */
  deaths = 0;
  #settled = false;
  #answered = false;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #reject: (error: Error) => void;
  readonly #cleanUp: (() => void)[] = [];

  constructor(job: Job, { priority = 'normal', tenant = '', deadlineMs }: Urgency) {
    this.job = job;
    this.family = job.kind === 'analyze' ? `analyze ${job.options.tasks?.join(' ') ?? 'all'}` : job.kind;
    this.lane = job.kind === 'analyze' ? JSON.stringify([job.options, job.crops]) : job.kind;
    this.level = priorities.indexOf(priority);
    this.tenant = tenant;
    const images = imagesOf(job);
    this.images = images.length;
    this.bytes = images.reduce((sum, image) => sum + bytesOf(image), 0);
    this.expiresAt = deadlineMs === undefined ? undefined : this.submittedAt + deadlineMs;
    const { promise, resolve, reject } = withResolvers<Outcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get alone(): boolean {
    return this.deaths > 0;
  }

  /** Whether its caller has an answer or an error already. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether its caller has an answer. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Runs `clean` when the caller has been answered. */
  onSettled(clean: () => void): void {
    this.#cleanUp.push(clean);
  }

  /** Calls `expire` when the deadline passes, and `abort` when the signal fires. */
  watch(signal: AbortSignal | undefined, expire: () => void, abort: () => void): void {
    if (this.expiresAt !== undefined) {
      const timer = setTimeout(expire, this.expiresAt - this.submittedAt);
      this.onSettled(() => clearTimeout(timer));
    }
    if (signal) {
      signal.addEventListener('abort', abort, { once: true });
      this.onSettled(() => signal.removeEventListener('abort', abort));
    }
  }

  resolve(outcome: Outcome): void {
    if (!this.#settle()) return;
    this.#answered = true;
    this.#resolve(outcome);
  }

  reject(error: Error): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    for (const clean of this.#cleanUp) clean();
    return true;
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function imagesOf(job: Job): readonly PoolImage[] {
  return job.kind === 'embed' ? job.crops : [job.image];
}

function bytesOf(image: PoolImage): number {
  if (typeof image === 'string') return 0;
  return image instanceof Uint8Array ? image.byteLength : image.data.byteLength;
}

/** @throws InsightFaceError `INVALID_ARGUMENT`. */
export function checkUrgency({ priority, deadlineMs }: Urgency): void {
  if (priority !== undefined && !priorities.includes(priority))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `priority is one of ${priorities.join(', ')}, not ${priority}.`,
    );
  if (deadlineMs !== undefined && !(deadlineMs > 0 && deadlineMs < 2 ** 31))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `deadlineMs is a number of milliseconds above 0, not ${deadlineMs}.`,
    );
}

/**
 * A job whose pictures can be handed over to a worker: copied, since the caller's bytes stay the caller's and are
 * needed again when the worker dies.
 */
export function handOver(job: Job): { readonly job: Job; readonly transfer: ArrayBuffer[] } {
  const transfer: ArrayBuffer[] = [];
  const copy = <Bytes extends Uint8Array | Uint8ClampedArray>(bytes: Bytes): Uint8Array => {
    // A view is cloned with all of the buffer that it looks at; this copies what it shows.
    const own = new Uint8Array(bytes);
    transfer.push(own.buffer);
    return own;
  };
  const copyImage = (image: PoolImage): PoolImage => {
    if (typeof image === 'string') return image;
    return image instanceof Uint8Array ? copy(image) : { ...image, data: copy(image.data) };
  };
  const copied: Job =
    job.kind === 'embed'
      ? { ...job, crops: job.crops.map(copyImage) }
      : { ...job, image: copyImage(job.image) };
  return { job: copied, transfer };
}
