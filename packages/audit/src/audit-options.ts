// How a log is opened, and whether that makes sense.
import { KeyObject } from 'node:crypto';
import { isAbsolute, relative, resolve } from 'node:path';
import type { AnchorTarget } from './anchor.js';
import { AuditError } from './errors.js';
import { checkKey, openSigningKey } from './signing-key.js';

export interface AuditLogOptions {
  /**
   * A file with the Ed25519 private key, made when there is none, or the key itself. It must not lie in the log's folder.
   * Default: the file that the environment variable `INSIGHTFACE_AUDIT_KEY` names, or the folder's name with `.key`.
   */
  readonly signingKey?: string | KeyObject;
  /** Where each checkpoint is kept outside the log: a file, better on another machine, or a function. */
  readonly anchor?: AnchorTarget;
  /** Records older than this are deleted by whole segments, at least 1. Default: none is. */
  readonly retentionDays?: number;
  /** A checkpoint is signed after so many records (default 1000)... */
  readonly checkpointRecords?: number;
  /** ...or seconds (default 60), and when the log is closed. */
  readonly checkpointSeconds?: number;
  /** A segment is sealed after so many records (default 50,000), or after a day. */
  readonly segmentRecords?: number;
}

/** The private key. @throws AuditError `KEY_INVALID`, `INVALID_ARGUMENT` for a file in the log's folder. */
export async function signingKeyOf(folder: string, { signingKey }: AuditLogOptions): Promise<KeyObject> {
  if (signingKey instanceof KeyObject) return checkKey(signingKey, 'private', 'The signing key');
  const file = signingKey ?? (process.env['INSIGHTFACE_AUDIT_KEY'] || `${resolve(folder)}.key`);
  checkOutside(folder, 'signing key', file);
  return openSigningKey(file);
}

/** @throws AuditError `INVALID_ARGUMENT`. */
export function checkOptions(folder: string, options: AuditLogOptions): void {
  for (const name of ['retentionDays', 'checkpointRecords', 'checkpointSeconds', 'segmentRecords'] as const) {
    const value = options[name];
    if (value !== undefined && !(value >= 1 && value <= 1e6))
      throw new AuditError('INVALID_ARGUMENT', `${name} must be a number from 1 to 1,000,000.`);
  }
  if (typeof options.anchor === 'string') checkOutside(folder, 'anchor', options.anchor);
}

function checkOutside(folder: string, what: string, file: string): void {
  if (isInside(folder, file))
    throw new AuditError(
      'INVALID_ARGUMENT',
      `The ${what} ${file} must not lie in the log's folder ${folder}.`,
    );
}

function isInside(folder: string, file: string): boolean {
  const path = relative(resolve(folder), resolve(file));
  return !path.startsWith('..') && !isAbsolute(path);
}
