import { createHash } from 'node:crypto';

/** Hex SHA-256 over the parts in order, as manifests state it. */
export function sha256Of(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
