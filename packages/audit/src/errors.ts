/** What went wrong. The manual lists each code with its remedy. */
export type AuditErrorCode =
  /** An argument, an event or a query is outside what is documented. */
  | 'INVALID_ARGUMENT'
  /** The folder holds no audit log, or a file that was named cannot be read. */
  | 'FILE_NOT_FOUND'
  /** The disk took no more, or may not be written: what was to be recorded is not. */
  | 'WRITE_FAILED'
  /** Another process writes to this log. */
  | 'AUDIT_LOCKED'
  /** The log on the disk is not as it was left. */
  | 'AUDIT_DAMAGED'
  /** The signing key is no Ed25519 key, is open to others, or is not this log's key. */
  | 'KEY_INVALID'
  /** The log was closed already. */
  | 'DISPOSED';

/** Every error the audit log throws on purpose: a code for programs, a sentence that says what to do for people. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code: AuditErrorCode;

  constructor(code: AuditErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The system's own words for a failure. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether a system call failed with that code, such as `ENOENT`. */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
