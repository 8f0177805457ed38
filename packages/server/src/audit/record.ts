import type { AuditLog } from '@insightface-ts/audit';
import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../services.js';
import type { SubjectStore } from './subjects.js';

/** Who did it, when and for whom is in the request; the person becomes a reference. */
export function recorder(audit: AuditLog, subjects: SubjectStore) {
  return async ({ access, id }: FastifyRequest, { personId, ...event }: AuditEntry): Promise<void> => {
    await audit.append({
      ...event,
      actor: access.keyId,
      tenant: access.tenant,
      requestId: id,
      ...(personId !== undefined && { subject: await subjects.reference(access.tenant, personId) }),
    });
  };
}
