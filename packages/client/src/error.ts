/** A request that did not succeed. */
export class InsightFaceClientError extends Error {
  override readonly name = 'InsightFaceClientError';
  /**
   * The server's code, such as `NO_FACE`, `UNAUTHORIZED` or `BUSY`; the manual lists them all. `UNREACHABLE` when
   * there was no answer, `ABORTED` when your signal fired, `BAD_ANSWER` when the answer was not the server's.
   */
  readonly code: string;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** To be found again in the server's log. */
  readonly requestId: string | undefined;
  /** What the server added, such as the field that was wrong. */
  readonly details: unknown;

  constructor(
    code: string,
    message: string,
    { status = 0, requestId, details, cause }: ClientErrorOptions = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
  }
}

/** What is known of a failed request beside its code. */
export interface ClientErrorOptions {
  readonly status?: number;
  readonly requestId?: string | undefined;
  readonly details?: unknown;
  readonly cause?: unknown;
}
