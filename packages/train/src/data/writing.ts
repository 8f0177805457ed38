// File operations whose failure tells a person what to do.
import { InsightFaceError } from 'insightface-ts';

const full = 'The disk is full: free some space, or choose another disk; what was done is kept.';
const advice: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EFBIG', 'No file here may be as large: choose another disk, or raise the limit; what was done is kept.'],
]);

/** Runs a file operation. @throws InsightFaceError `WRITE_FAILED` when it fails. */
export async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    const reason = reasonOf(cause);
    throw new InsightFaceError(
      'WRITE_FAILED',
      `${path} could not be written (${reason}). ${advice.get(reason) ?? 'Check the path and its permissions.'}`,
      { cause },
    );
  }
}

/** The system's code for what went wrong, such as `ENOENT`. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
