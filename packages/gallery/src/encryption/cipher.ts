// AES-256-GCM (NIST SP 800-38D): a fresh 12-byte IV each time, 16-byte tag. Bytes: IV, ciphertext, tag.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

export const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

export function newKey(): Buffer {
  return randomBytes(keyBytes);
}

/** @param context authenticated with the data, and needed again: what, whose, under which key. */
export function seal(key: Uint8Array, context: readonly string[], data: Uint8Array): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(JSON.stringify(context)));
  return Buffer.concat([iv, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
}

/** `undefined` when key or context is another, or a bit has changed. */
export function unseal(key: Uint8Array, context: readonly string[], sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < ivBytes + tagBytes) return undefined;
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(JSON.stringify(context)));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** A key for one purpose from a key for several (HKDF, RFC 5869). */
export function deriveKey(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', purpose, keyBytes));
}

/** What stands for a text where it must be found again but not read (HMAC-SHA-256). */
export function blindIndex(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
