// What a request can be refused for that is the service's own affair; the library's errors keep their own codes.

/** Codes of the service, each with its HTTP status. */
export const httpStatus = {
  INVALID_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  NO_FACE: 422,
  SEVERAL_FACES: 422,
  FACE_TOO_SMALL: 422,
  LOW_QUALITY: 422,
  NOT_LIVE: 422,
  NO_USABLE_FACE: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  BUSY: 503,
  STORE_UNAVAILABLE: 503,
} as const;

export type HttpErrorCode = keyof typeof httpStatus;

export interface HttpErrorOptions extends ErrorOptions {
  /** Seconds after which to try again: the header `retry-after`. */
  readonly retryAfter?: number;
  /** More for programs; never anything internal. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A refusal with its status: `{ error: { code, message, details? }, requestId }`. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;
  readonly retryAfter: number | undefined;
  readonly details: HttpErrorOptions['details'];

  constructor(
    readonly code: HttpErrorCode,
    message: string,
    { retryAfter, details, ...options }: HttpErrorOptions = {},
  ) {
    super(message, options);
    this.statusCode = httpStatus[code];
    this.retryAfter = retryAfter;
    this.details = details;
  }
}
