// What PostgreSQL and its driver report, in this library's codes.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
import { InsightFaceError } from 'insightface-ts';

/** SQLSTATE of a failure, or the code of the operating system. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

/** Another transaction was in the way; the same again may succeed: serialization, deadlock, a row made meanwhile. */
export function isPassing(error: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(codeOf(error));
}

/** The connection is gone or of no use any more. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|57P|53300|28|3D)/.test(code)) return true;
  if (/^E[A-Z_]+$/.test(code)) return true;
  return code === '' && error instanceof Error && /connect|terminated|timeout/i.test(error.message);
}

/** The failure as the caller should see it. */
export function toInsightFaceError(error: unknown, location: string): unknown {
  if (error instanceof InsightFaceError) return error;
  const code = codeOf(error);
  const reason = error instanceof Error ? error.message || code : String(error);
  const options = { cause: error };
  if (isConnectionLost(error))
    return new InsightFaceError(
      'STORE_UNAVAILABLE',
      `${location} does not answer: ${reason}. Check that PostgreSQL runs and lets this user in; then try again.`,
      options,
    );
  if (code === '57014' || isPassing(error))
    return new InsightFaceError(
      'STORE_UNAVAILABLE',
      `${location} is too busy: ${reason}. Try again, or raise statement_timeout in the address.`,
      options,
    );
  if (/^(22021|22P05)$/.test(code))
    return new InsightFaceError('INVALID_ARGUMENT', `PostgreSQL cannot keep this text: ${reason}.`, options);
  if (/^(53|54|58|25006|42501)/.test(code))
    return new InsightFaceError(
      'WRITE_FAILED',
      `${location} cannot write: ${reason}. Check its disk and the user's rights.`,
      options,
    );
  if (/^(42P01|42703|3F000|42704|XX)/.test(code))
    return new InsightFaceError(
      'GALLERY_INVALID',
      `The tables in ${location} are not as this library made them: ${reason}. Restore them from a backup.`,
      options,
    );
  return error;
}
