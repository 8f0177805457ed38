import { InsightFaceError } from '../errors.js';

/** `BUSY`: the pool has more to do than it can; nothing was begun. */
export class BusyError extends InsightFaceError {
  /** Milliseconds after which it is worth to try again, as estimated from what waits. */
  readonly retryAfterMs: number;

  constructor(reason: string, retryAfterMs: number) {
    super('BUSY', `${reason} Try again in ${Math.ceil(retryAfterMs)} ms, or add workers.`);
    this.retryAfterMs = retryAfterMs;
  }
}
