import { InsightFaceError } from './errors.js';

/** @throws InsightFaceError `ABORTED` once the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new InsightFaceError('ABORTED', 'The call was aborted by its signal.', { cause: signal.reason });
}
