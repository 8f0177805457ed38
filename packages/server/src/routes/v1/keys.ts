import { Type } from 'typebox';
import type { KeyRecord } from '../../access/key-store.js';
import { type Access, roles, rootTenant } from '../../access/roles.js';
import { tenantPattern } from '../../access/tenants.js';
import { HttpError } from '../../errors/http-error.js';
import { ref } from '../../schemas/shared.js';
import type { App } from '../app.js';

const RoleName = Type.Enum([...roles]);
const shape = {
  name: Type.String({ minLength: 1, maxLength: 200 }),
  roles: Type.Array(RoleName, { minItems: 1, maxItems: roles.length, uniqueItems: true }),
  ratePerMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  quotaPerDay: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
};

export const KeyJson = Type.Object(
  { id: Type.String(), tenant: Type.String(), createdAt: Type.String(), ...shape },
  { $id: 'Key', title: 'Key' },
);

/** Who may ask, and for what. A key is seen once, when it is made. */
export function addKeys(app: App): void {
  const { services } = app;
  app.get(
    '/v1/keys',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'listKeys',
        summary: 'Keys of this tenant; of all tenants for an admin of the root tenant',
        tags: ['access'],
        response: { 200: Type.Object({ keys: Type.Array(ref(KeyJson)) }) },
      },
    },
    ({ access }) => ({
      keys: services.keys.list(access.tenant === rootTenant ? undefined : access.tenant).map(keyToJson),
    }),
  );
  app.post(
    '/v1/keys',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'createKey',
        summary: 'Make a key; this answer is the only place where it is seen',
        tags: ['access'],
        body: Type.Object({ ...shape, tenant: Type.Optional(Type.String({ pattern: tenantPattern })) }),
        response: { 201: Type.Object({ key: Type.String(), ...KeyJson.properties }) },
      },
    },
    async (request, reply) => {
      const {
        name,
        roles,
        tenant = request.access.tenant,
        ratePerMinute,
        quotaPerDay,
        expiresAt,
      } = request.body;
      if (!mayManage(request.access, tenant))
        throw new HttpError('FORBIDDEN', 'Only an admin of the root tenant makes keys of other tenants.');
      if (!services.tenants.has(tenant))
        throw new HttpError('NOT_FOUND', `There is no tenant ${tenant}. POST /v1/tenants makes one.`);
      const { key, record } = await services.keys.add({
        name,
        roles,
        tenant,
        ...(ratePerMinute !== undefined && { ratePerMinute }),
        ...(quotaPerDay !== undefined && { quotaPerDay }),
        ...(expiresAt !== undefined && { expiresAt }),
      });
      await services.record(request, {
        action: 'key.create',
        outcome: 'done',
        details: { key: record.id, roles: roles.join(' '), tenant },
      });
      return reply.status(201).send({ key, ...keyToJson(record) });
    },
  );
  app.delete(
    '/v1/keys/:id',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'deleteKey',
        summary: 'End a key, at once',
        tags: ['access'],
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const record = services.keys.get(id);
      if (!record || !mayManage(request.access, record.tenant))
        throw new HttpError('NOT_FOUND', 'There is no such key. GET /v1/keys lists those there are.');
      if (id === request.access.keyId)
        throw new HttpError('CONFLICT', 'A key does not delete itself. Use another admin key.');
      await services.keys.remove(id);
      await services.limiter.forget(id);
      await services.record(request, { action: 'key.delete', outcome: 'done', details: { key: id } });
      return reply.status(204).send(null);
    },
  );
}

function mayManage({ tenant: own }: Access, tenant: string): boolean {
  return own === rootTenant || own === tenant;
}

function keyToJson({ hash: _, roles, ...record }: KeyRecord) {
  return { ...record, roles: [...roles] };
}
