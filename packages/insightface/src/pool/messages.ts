// What the pool and its worker threads tell each other. All of it passes a structured clone.
import type { Face } from '../analysis/face.js';
import type { FaceAnalysisOptions } from '../analysis/face-analysis.js';
import type { GetOptions } from '../analysis/face-analyzer.js';
import type { ImageInput } from '../analysis/input.js';
import type { RecognizerInfo } from '../analysis/models.js';
import type { Timings } from '../analysis/timings.js';
import type { DrawableFace, DrawOptions } from '../image/index.js';
import type { DownloadProgress } from '../zoo/index.js';
import type { PackManifest, Task } from '../zoo/manifest.js';
import type { WireError } from './wire-error.js';

/** A path, the bytes of an image file, or pixels: what can be sent to another thread. */
export type PoolImage = Exclude<ImageInput, URL>;

/** Options of a worker's FaceAnalysis, and how it runs batches. */
export interface WorkerSettings {
  readonly analysis: Omit<FaceAnalysisOptions, 'recognizer' | 'onProgress' | 'onNotice' | 'signal'>;
  /** The networks see all images of a batch at once. */
  readonly together: boolean;
}

/** What a worker is asked to do. */
export type Job =
  | {
      readonly kind: 'analyze';
      readonly image: PoolImage;
      readonly options: Omit<GetOptions, 'signal'>;
      readonly crops: 'none' | 'jpeg' | 'png';
    }
  | { readonly kind: 'embed'; readonly crops: readonly PoolImage[] }
  | {
      readonly kind: 'draw';
      readonly image: PoolImage;
      readonly faces: readonly DrawableFace[];
      readonly options: DrawOptions;
    };

export type JobOf<Kind extends Job['kind']> = Extract<Job, { kind: Kind }>;

/** Answers by the kind of job. */
export interface Answers {
  readonly analyze: {
    readonly width: number;
    readonly height: number;
    readonly faces: Face[];
    readonly timings: Timings;
    readonly crops?: Uint8Array[];
  };
  readonly embed: readonly Float32Array[];
  readonly draw: Uint8Array;
}

export type Answer = Answers[Job['kind']];

/** A job with its number; times are milliseconds since 1970, on which threads agree. */
export interface NumberedJob {
  readonly id: number;
  readonly job: Job;
  /** From then on nobody waits for the answer, and the job is not begun. */
  readonly expiresAt: number | undefined;
}

export type ToWorker =
  | { readonly kind: 'batch'; readonly jobs: readonly NumberedJob[] }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };

/** What a worker has loaded. */
export interface Loaded {
  readonly pack: PackManifest;
  readonly recognizer: RecognizerInfo | undefined;
  readonly tasks: readonly Task[];
}

/** One job's end. */
export interface JobEnd {
  readonly id: number;
  readonly outcome: { readonly answer: Answer } | { readonly error: WireError };
  /** When work on it began. */
  readonly startedAt: number;
  /** Milliseconds of the thread that it took, without waiting for its turn. */
  readonly runMs: number;
}

export type FromWorker =
  | { readonly kind: 'loaded'; readonly loaded: Loaded }
  | { readonly kind: 'not-loaded'; readonly error: WireError }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'progress'; readonly progress: DownloadProgress }
  | { readonly kind: 'end'; readonly end: JobEnd }
  | { readonly kind: 'batch-end'; readonly runMs: number };

/** Milliseconds since 1970, finer than Date.now() and never going back. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
