// The log's key: Ed25519 (RFC 8032), kept as PKCS #8 PEM outside the log's folder, so that who can change the log cannot
// sign the change.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuditError, isSystemError, reasonOf } from './errors.js';

/**
 * Reads a private key, or makes one that only this user may read.
 * @throws AuditError `KEY_INVALID` for another kind of key, or one that others may read; `WRITE_FAILED`.
 */
export async function openSigningKey(file: string): Promise<KeyObject> {
  const there = await stat(file).catch(() => undefined);
  if (!there) await createKey(file);
  else if (process.platform !== 'win32' && (there.mode & 0o077) !== 0)
    throw new AuditError('KEY_INVALID', `Others may read the signing key ${file}. Run: chmod 600 ${file}`);
  return checkKey(await readKey(file, createPrivateKey), 'private', file);
}

/** @throws AuditError `KEY_INVALID` for another kind of key, `FILE_NOT_FOUND`. */
export async function readPublicKey(file: string): Promise<KeyObject> {
  return checkKey(await readKey(file, createPublicKey), 'public', file);
}

/** @throws AuditError `KEY_INVALID` when it is no Ed25519 key of that kind. */
export function checkKey(key: KeyObject, type: 'private' | 'public', place: string): KeyObject {
  if (key.type !== type || key.asymmetricKeyType !== 'ed25519')
    throw new AuditError('KEY_INVALID', `${place} is no Ed25519 ${type} key. Name the right file.`);
  return key;
}

/** The public half as PEM, for those who verify. */
export function publicKeyPem(key: KeyObject): string {
  return publicHalf(key).export({ type: 'spki', format: 'pem' }).toString();
}

/** The first 16 hexadecimal digits of the SHA-256 of the public key: for people to compare. */
export function keyFingerprint(key: KeyObject): string {
  const spki = publicHalf(key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex').slice(0, 16);
}

/** What a signature is for: one of a head must never pass as one of a record. */
export type SignedKind = 'record' | 'head';

/** Ed25519 signature, base64. */
export function signText(key: KeyObject, kind: SignedKind, text: string): string {
  return sign(null, message(kind, text), key).toString('base64');
}

/** Whether a signature is right, in the one spelling that base64 has for it. */
export function isSignatureOf(key: KeyObject, kind: SignedKind, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.toString('base64') === signature && verify(null, message(kind, text), key, bytes);
}

function message(kind: SignedKind, text: string): Buffer {
  return Buffer.from(`insightface-audit ${kind} 1\n${text}`);
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

async function readKey(file: string, parse: (pem: string) => KeyObject): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8').catch(cause => {
    throw new AuditError('FILE_NOT_FOUND', `The key ${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  });
  // A private key must not pass where a public one is asked for: it would lie beside the log.
  if (parse === createPublicKey && pem.includes('PRIVATE KEY'))
    throw new AuditError('KEY_INVALID', `${file} is a private key. Give the public one.`);
  try {
    return parse(pem);
  } catch (cause) {
    throw new AuditError('KEY_INVALID', `${file} is no key in PEM form. Name the right file.`, { cause });
  }
}

/** Two processes that start at once must end up with one key: the first to link it wins. */
async function createKey(file: string): Promise<void> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(pem);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(temporary, file);
  } catch (cause) {
    if (!isSystemError(cause, 'EEXIST'))
      throw new AuditError('WRITE_FAILED', `The key ${file} cannot be written: ${reasonOf(cause)}.`, {
        cause,
      });
  } finally {
    await rm(temporary, { force: true });
  }
}
