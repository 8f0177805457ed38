// API keys: 32 random bytes. So much chance needs no slow hash; the store holds the SHA-256 only.
import { createHash, randomBytes } from 'node:crypto';

const prefix = 'ifk_';

/** A new key, as its owner keeps it. */
export function createKey(): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** Hex SHA-256 of a key. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The name of a key in lists and in the audit log: the first 8 hex digits of its hash. */
export function keyIdOf(hash: string): string {
  return hash.slice(0, 8);
}

/** True for text that has the form of a key. */
export function looksLikeKey(text: string): boolean {
  return /^ifk_[A-Za-z0-9_-]{43}$/.test(text);
}
