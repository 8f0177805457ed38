// File operations whose failure tells a person what to do.
import { InsightFaceError } from 'insightface-ts';

/** Runs a file operation. @throws InsightFaceError `WRITE_FAILED` when it fails. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const advice =
      reason === 'ENOSPC' || reason === 'EDQUOT'
        ? 'The disk is full: free some space, or choose another disk; what was done is kept.'
        : 'Check the path and its permissions.';
    throw new InsightFaceError('WRITE_FAILED', `${path} could not be written (${reason}). ${advice}`, {
      cause,
    });
  }
}
