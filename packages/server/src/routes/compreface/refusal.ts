// Errors as CompreFace answers them: `{ message, code }` with its numbers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noteError } from '../../errors/error-handler.js';
import type { HttpErrorCode } from '../../errors/http-error.js';

/** CompreFace's numbers, each with its HTTP status. */
const refusals = {
  EMPTY_REQUIRED_FIELD: [5, 400],
  UNKNOWN_KEY: [10, 401],
  WRONG_SERVICE: [12, 403],
  MISSING_REQUEST_HEADER: [20, 401],
  UNAVAILABLE_FILE_EXTENSION: [21, 400],
  VALIDATION_CONSTRAINT_VIOLATION: [26, 400],
  NO_FACES_FOUND: [28, 400],
  TOO_MANY_FACES: [31, 400],
  MISSING_REQUEST_PART: [34, 400],
  INCORRECT_ARGUMENT: [36, 400],
  FACES_SERVICE_EXCEPTION: [41, 503],
  SUBJECT_NOT_FOUND: [42, 404],
  SUBJECT_ALREADY_EXISTS: [43, 400],
  EMBEDDING_NOT_FOUND: [44, 404],
} as const satisfies Record<string, readonly [code: number, status: number]>;

type RefusalName = keyof typeof refusals;

/** What a CompreFace route refuses by itself. */
export class CompreFaceRefusal extends Error {
  override readonly name = 'CompreFaceRefusal';
  readonly refusal: RefusalName;

  constructor(refusal: RefusalName, message: string) {
    super(message);
    this.refusal = refusal;
  }
}

/** The service's and the library's codes in CompreFace's words. Others keep their status, and the code is 0. */
const byCode: Partial<Record<HttpErrorCode | string, RefusalName>> = {
  NO_FACE: 'NO_FACES_FOUND',
  IMAGE_INVALID: 'UNAVAILABLE_FILE_EXTENSION',
  IMAGE_UNSUPPORTED: 'UNAVAILABLE_FILE_EXTENSION',
  IMAGE_TOO_LARGE: 'UNAVAILABLE_FILE_EXTENSION',
  UNSUPPORTED_MEDIA_TYPE: 'UNAVAILABLE_FILE_EXTENSION',
  INVALID_REQUEST: 'VALIDATION_CONSTRAINT_VIOLATION',
  INVALID_ARGUMENT: 'VALIDATION_CONSTRAINT_VIOLATION',
  EMBEDDING_INVALID: 'INCORRECT_ARGUMENT',
  MODEL_MISMATCH: 'INCORRECT_ARGUMENT',
  PERSON_NOT_FOUND: 'SUBJECT_NOT_FOUND',
  PERSON_EXISTS: 'SUBJECT_ALREADY_EXISTS',
  FORBIDDEN: 'WRONG_SERVICE',
  BUSY: 'FACES_SERVICE_EXCEPTION',
  STORE_UNAVAILABLE: 'FACES_SERVICE_EXCEPTION',
  DEADLINE_EXCEEDED: 'FACES_SERVICE_EXCEPTION',
  WORKER_FAILED: 'FACES_SERVICE_EXCEPTION',
};

/** The error handler of CompreFace's routes. */
export function answerRefusal(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (error instanceof CompreFaceRefusal) {
    const [code, status] = refusals[error.refusal];
    return reply.status(status).send({ message: error.message, code });
  }
  const { status: ownStatus, code: name, message } = noteError(error, request, reply);
  const refusal = name === 'UNAUTHORIZED' ? keyRefusal(request) : byCode[name];
  const [code, status] = refusal ? refusals[refusal] : [0, ownStatus];
  return reply.status(status).send({ message, code });
}

function keyRefusal({ headers }: FastifyRequest): RefusalName {
  return headers['x-api-key'] === undefined ? 'MISSING_REQUEST_HEADER' : 'UNKNOWN_KEY';
}
