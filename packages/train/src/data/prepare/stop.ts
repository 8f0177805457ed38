import { InsightFaceError } from 'insightface-ts';

/** @throws InsightFaceError `ABORTED` once the signal has fired. */
export function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new InsightFaceError(
      'ABORTED',
      'Preparing was stopped; what was done is kept. The same call goes on from there.',
      { cause: signal.reason },
    );
}
