import { createHash } from 'node:crypto';

/** Hex SHA-256, as manifests state it. */
export function sha256Of(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
