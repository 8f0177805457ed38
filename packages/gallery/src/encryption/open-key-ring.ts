// A key ring of master keys that this process holds.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InsightFaceError } from 'insightface-ts';
import { keyBytes, seal, unseal } from './cipher.js';
import type { KeyRing, WrappedKey } from './key-ring.js';

/** Where the master keys are: one of these. Each key is 32 random bytes in base64 (`openssl rand -base64 32`). */
export type KeyRingSource =
  /** A file with one key a line. The first wraps; the others only unwrap what they wrapped before. */
  | { readonly file: string }
  /** The name of an environment variable with one key, or several divided by commas. */
  | { readonly environment: string }
  | { readonly keys: readonly string[] };

/**
 * Opens a key ring.
 * @throws InsightFaceError `FILE_NOT_FOUND`, or `KEY_INVALID` for anything but keys of 32 bytes in base64.
 */
export async function openKeyRing(source: KeyRingSource): Promise<KeyRing> {
  const texts = (await textsOf(source)).map(text => text.trim()).filter(text => text !== '');
  const keys = new Map<string, Buffer>();
  for (const text of texts) {
    const key = Buffer.from(text, 'base64');
    if (key.length !== keyBytes || key.toString('base64') !== text)
      throw new InsightFaceError(
        'KEY_INVALID',
        'A master key is 32 bytes in base64. Make one: openssl rand -base64 32',
      );
    keys.set(
      createHash('sha256').update('insightface-master-key').update(key).digest('hex').slice(0, 16),
      key,
    );
  }
  const [first] = keys;
  if (!first)
    throw new InsightFaceError('KEY_INVALID', 'There is no master key. Make one: openssl rand -base64 32');
  const [keyId, current] = first;
  return {
    keyId,
    async wrap(key: Uint8Array, context: string): Promise<WrappedKey> {
      return { keyId, bytes: seal(current, [context, keyId], key) };
    },
    async unwrap(wrapped: WrappedKey, context: string): Promise<Uint8Array> {
      const master = keys.get(wrapped.keyId);
      const key = master && unseal(master, [context, wrapped.keyId], wrapped.bytes);
      if (!key)
        throw new InsightFaceError(
          'KEY_INVALID',
          `The master key ${wrapped.keyId} encrypted this, and the key ring does not hold it. Add that key.`,
        );
      return key;
    },
  };
}

async function textsOf(source: KeyRingSource): Promise<readonly string[]> {
  if ('keys' in source) return source.keys;
  if ('environment' in source) return (process.env[source.environment] ?? '').split(',');
  const text = await readFile(source.file, 'utf8').catch(cause => {
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `The key file ${source.file} cannot be read. Check path and permissions.`,
      { cause },
    );
  });
  return text.split('\n');
}
