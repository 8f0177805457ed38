// Pseudonyms: a keyed hash (HMAC, RFC 2104) of a person's id. Who has neither the salt nor the id learns nothing.
import { createHmac, randomBytes } from 'node:crypto';
import { AuditError } from './errors.js';

/** A new salt of 32 random bytes for a tenant. Keep it secret and outside the log. */
export function createSubjectSalt(): Uint8Array {
  return randomBytes(32);
}

/**
 * The name under which a person stands in the log: `ref_` and 32 hexadecimal digits. The same person of the same
 * tenant has always the same one. When the person's record (with the random id) or the tenant's salt is erased, the
 * log's records about them belong to nobody, and the chain stays whole.
 * @param salt What `createSubjectSalt` made for the tenant, at least 16 bytes.
 * @param personId The person's id, which must be random: a name could be guessed.
 * @throws AuditError `INVALID_ARGUMENT` for a short salt or an empty id.
 */
export function subjectReference(salt: Uint8Array, personId: string): string {
  if (salt.length < 16) throw new AuditError('INVALID_ARGUMENT', 'A salt needs at least 16 random bytes.');
  if (personId === '') throw new AuditError('INVALID_ARGUMENT', "A reference needs the person's id.");
  return `ref_${createHmac('sha256', salt).update(personId).digest('hex').slice(0, 32)}`;
}
