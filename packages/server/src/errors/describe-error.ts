// From whatever was thrown to what the caller is told: a status, a code, a sentence. Nothing internal goes out.
import { AuditError } from '@insightface-ts/audit';
import { BusyError, type ErrorCode, InsightFaceError } from 'insightface-ts';
import { HttpError } from './http-error.js';

export interface ErrorAnswer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** The library's errors that tell of the request: their sentences are for the caller. */
const callers: Partial<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  PERSON_NOT_FOUND: 404,
  PERSON_EXISTS: 409,
  IMAGE_INVALID: 422,
  IMAGE_TOO_LARGE: 422,
  IMAGE_UNSUPPORTED: 422,
  NO_FACE: 422,
  EMBEDDING_INVALID: 422,
};

/** Those that pass: the caller tries again. Their sentences are ours, since the library's may name files. */
const passing: Partial<Record<ErrorCode, readonly [code: string, message: string]>> = {
  BUSY: ['BUSY', 'The service is busy. Try again in a moment.'],
  DEADLINE_EXCEEDED: ['DEADLINE_EXCEEDED', 'There was no time for this request. Try again in a moment.'],
  WORKER_FAILED: ['WORKER_FAILED', 'A worker failed and is being replaced. Try again in a moment.'],
  ABORTED: ['BUSY', 'The request was given up. Try again in a moment.'],
  DISPOSED: ['BUSY', 'The service is stopping or loading models. Try again in a moment.'],
  WRITE_FAILED: ['STORE_UNAVAILABLE', 'The store cannot be written. Nothing was acknowledged; try again.'],
  GALLERY_INVALID: [
    'STORE_UNAVAILABLE',
    'The store cannot be read. The operator finds the reason in the log.',
  ],
  STORE_UNAVAILABLE: ['STORE_UNAVAILABLE', 'The store does not answer. Try again in a moment.'],
};

/** What the caller is told of an error. */
export function describeError(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) return fromHttpError(error);
  if (error instanceof InsightFaceError) return fromLibrary(error);
  // The audit log cannot record, so nothing is answered as done.
  if (error instanceof AuditError) return again('WRITE_FAILED');
  if (isFastifyError(error)) return fromFastify(error);
  return {
    status: 500,
    code: 'INTERNAL',
    message: 'Something went wrong in the service. Its log says what.',
  };
}

function fromHttpError({ statusCode, code, message, details, retryAfter }: HttpError): ErrorAnswer {
  return {
    status: statusCode,
    code,
    message,
    ...(details && { details }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function fromLibrary(error: InsightFaceError): ErrorAnswer {
  const { code, message } = error;
  const status = callers[code];
  if (status !== undefined) return { status, code, message };
  if (passing[code]) return again(code, retryAfterOf(error));
  if (code === 'MODEL_MISMATCH')
    return {
      status: 409,
      code,
      message:
        'These embeddings are of another model than the gallery’s. Use the pack that made the gallery.',
    };
  return {
    status: 500,
    code: 'INTERNAL',
    message: 'Something went wrong in the service. Its log says what.',
  };
}

function again(code: ErrorCode, retryAfter = 1): ErrorAnswer {
  const [told = 'BUSY', message = 'Try again in a moment.'] = passing[code] ?? [];
  return { status: 503, code: told, message, retryAfter };
}

/** Seconds. */
function retryAfterOf(error: InsightFaceError): number {
  return error instanceof BusyError ? Math.max(1, error.retryAfterMs / 1000) : 1;
}

interface FastifyLikeError extends Error {
  readonly code: string;
  readonly statusCode: number;
  readonly validation?: unknown;
}

function isFastifyError(error: unknown): error is FastifyLikeError {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode < 500
  );
}

function fromFastify({ statusCode, message }: FastifyLikeError): ErrorAnswer {
  if (statusCode === 413)
    return {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The request is larger than is accepted here.',
    };
  if (statusCode === 415)
    return {
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'Send JSON or multipart/form-data; /openapi.json says which.',
    };
  return { status: statusCode, code: 'INVALID_REQUEST', message };
}
