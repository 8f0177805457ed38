// What the pool takes and gives.
import { availableParallelism } from 'node:os';
import type { FaceAnalysisOptions } from '../analysis/face-analysis.js';
import type { GetOptions } from '../analysis/face-analyzer.js';
import type { RecognizerInfo } from '../analysis/models.js';
import { InsightFaceError } from '../errors.js';
import type { Task } from '../zoo/manifest.js';
import type { CrewPlan } from './crew.js';
import type { Counters, Limits } from './dispatcher.js';
import type { Answers } from './messages.js';
import type { Urgency } from './pool-request.js';

/** What {@link FaceAnalysisPool.create} takes: the options of every worker's FaceAnalysis, and those of the pool. */
export interface PoolOptions extends Omit<FaceAnalysisOptions, 'recognizer'> {
  /** Worker threads, 1 to 256, each with networks of its own. Default: one per core; on another device than `cpu`, 1. */
  readonly workers?: number;
  /** Most images of one batch, 1 to 256. Default 4, on another device than `cpu` 16. Fewer are taken where more gain nothing. */
  readonly maxBatch?: number;
  /**
   * Longest that a request waits for others to share a batch with, in milliseconds. Default 2. Nothing waits where
   * larger batches were not measured to be quicker, or where requests come further apart than this.
   */
  readonly maxDelayMs?: number;
  /** Most images that wait; more are refused with `BUSY`. Default 256. */
  readonly maxQueue?: number;
  /** Most bytes of pictures that wait. Default 256 MiB. */
  readonly maxQueueBytes?: number;
  /**
   * The networks see all images of a batch at once. Default false on `cpu`, where it gains next to nothing and each image
   * by itself gives the same last bit whatever it came with; true on other devices.
   */
  readonly together?: boolean;
}

/** How urgent a request is, and for whom. */
export interface UrgencyOptions {
  /** Default `normal`. Lower ones never starve: one that waits for a second gets one turn in four. */
  readonly priority?: NonNullable<Urgency['priority']>;
  /** Tenants share the workers equally, by milliseconds. Default: all requests are of one tenant. */
  readonly tenant?: string;
  /**
   * Milliseconds from now until which work must begin. Where it cannot, `BUSY` at once; where it did not,
   * `DEADLINE_EXCEEDED`.
   */
  readonly deadlineMs?: number;
  /** Takes the request out of the queue, or drops its answer. */
  readonly signal?: AbortSignal;
}

/** What {@link FaceAnalysisPool.analyze} takes. Requests share a batch where all but urgency is equal. */
export interface RequestOptions extends GetOptions, UrgencyOptions {
  /** The aligned faces as pictures: `true` or `jpeg`, or `png` without loss. Default false. */
  readonly crops?: boolean | 'jpeg' | 'png';
}

/** One analysed image. */
export interface AnalyzedImage extends Readonly<Omit<Answers['analyze'], 'crops'>> {
  /** Milliseconds from the call until a worker began. */
  readonly queueMs: number;
  /** Which recogniser made the embeddings: after a reload it may be another one. */
  readonly recognizer: RecognizerInfo | undefined;
  /** Aligned faces in the order of `faces`, as image files, where they were asked for. */
  readonly crops?: readonly Uint8Array[];
}

/** State of the pool, and what it counted since it was created. */
export interface PoolStats extends Readonly<Counters> {
  /** Workers that live. */
  readonly workers: number;
  /** Workers that have nothing to do. */
  readonly idle: number;
  /** Images that wait. */
  readonly queued: number;
  readonly queuedBytes: number;
  /** Requests that workers have been given. */
  readonly running: number;
  /** Batches by their number of images. */
  readonly batchSizes: Readonly<Record<string, number>>;
  readonly reloads: number;
  /** What is loaded. */
  readonly tasks: readonly Task[];
}

/** Options as workers, crew and dispatcher want them. @throws InsightFaceError `INVALID_ARGUMENT`. */
export function planOf(options: PoolOptions): { readonly plan: CrewPlan; readonly limits: Limits } {
  const onCpu = (options.device ?? 'cpu') === 'cpu';
  const {
    workers = onCpu ? availableParallelism() : 1,
    maxBatch = onCpu ? 4 : 16,
    maxDelayMs = 2,
    maxQueue = 256,
    maxQueueBytes = 256 * 1024 * 1024,
    together = !onCpu,
    onNotice,
    onProgress,
    signal: _,
    ...analysis
  } = options;
  checkWhole('workers', workers, 256);
  checkWhole('maxBatch', maxBatch, 256);
  checkWhole('maxQueue', maxQueue, 2 ** 31);
  checkWhole('maxQueueBytes', maxQueueBytes, Number.MAX_SAFE_INTEGER);
  if (!(maxDelayMs >= 0 && maxDelayMs <= 10_000))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `maxDelayMs lies between 0 and 10000, not at ${maxDelayMs}.`,
    );
  return {
    plan: {
      settings: { analysis, together },
      count: workers,
      news: { onNotice: onNotice ?? (text => process.stderr.write(`${text}\n`)), onProgress },
    },
    limits: { maxBatch, maxDelayMs, maxQueue, maxQueueBytes },
  };
}

function checkWhole(name: string, value: number, most: number): void {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${name} is a whole number from 1 to ${most}, not ${value}.`,
    );
}
