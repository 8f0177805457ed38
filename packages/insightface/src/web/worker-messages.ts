// What the page and its worker say to each other: numbered calls, their answers, and news on the way.

import type { Face } from '../analysis/face.js';
import type { GetOptions } from '../analysis/face-analyzer.js';
import type { RecognizerInfo } from '../analysis/models.js';
import type { Timings } from '../analysis/timings.js';
import { type ErrorCode, InsightFaceError } from '../errors.js';
import type { Image } from '../image/image.js';
import type { DownloadProgress } from '../zoo/fetch/stored-files.js';
import type { PackManifest } from '../zoo/manifest.js';
import type { FaceAnalysisOptions } from './face-analysis.js';
import type { ImageInput } from './input.js';

/** Options that can be copied to another thread. */
export type WorkerOptions = Omit<FaceAnalysisOptions, 'recognizer' | 'onNotice' | 'onProgress' | 'signal'>;

/** The calls, with what each takes and answers. */
export interface WorkerCalls {
  create(options: WorkerOptions): {
    readonly pack: PackManifest;
    readonly recognizer: RecognizerInfo | undefined;
  };
  analyze(
    input: ImageInput,
    options: Omit<GetOptions, 'signal'>,
  ): { readonly width: number; readonly height: number; readonly faces: Face[]; readonly timings: Timings };
  embedAligned(crops: readonly Image[]): Float32Array[];
  warmup(): void;
}

export type CallName = keyof WorkerCalls;

export type ToWorker =
  | {
      [Name in CallName]: {
        readonly id: number;
        readonly call: Name;
        readonly parameters: Parameters<WorkerCalls[Name]>;
      };
    }[CallName]
  | { readonly abort: number };

export type FromWorker =
  | { readonly id: number; readonly result: ReturnType<WorkerCalls[CallName]> }
  | { readonly id: number; readonly error: WorkerError }
  | { readonly notice: string }
  | { readonly progress: DownloadProgress };

export interface WorkerError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
}

/** Errors lose their class on the way between threads. */
export function packError(error: unknown): WorkerError {
  return {
    code: error instanceof InsightFaceError ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
  };
}

export function unpackError({ code, message }: WorkerError): Error {
  return code ? new InsightFaceError(code, message) : new Error(message);
}
