import { InsightFaceError } from '../errors.js';

/**
 * Hex SHA-256 over the parts in order.
 * @throws InsightFaceError `RUNTIME_UNAVAILABLE` on a page that came neither by https nor from localhost.
 */
export async function sha256Of(...parts: readonly (Uint8Array | string)[]): Promise<string> {
  if (!globalThis.crypto?.subtle)
    throw new InsightFaceError(
      'RUNTIME_UNAVAILABLE',
      'Browsers check SHA-256 on secure pages only. Serve the page by https, or from localhost.',
    );
  const bytes = await new Blob(
    parts.map(part => (typeof part === 'string' ? part : owned(part))),
  ).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Bytes that no other thread can change; most are such already. */
export function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
