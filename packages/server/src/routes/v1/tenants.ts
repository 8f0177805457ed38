import { Type } from 'typebox';
import { rootTenant } from '../../access/roles.js';
import { tenantPattern } from '../../access/tenants.js';
import { HttpError } from '../../errors/http-error.js';
import { removeTenant } from '../../people/remove-tenant.js';
import type { App } from '../app.js';

const TenantJson = Type.Object({ id: Type.String(), createdAt: Type.String() });

/** Those who share the server and do not see each other. */
export function addTenants(app: App): void {
  const { services } = app;
  app.get(
    '/v1/tenants',
    {
      config: { role: 'root' },
      schema: {
        operationId: 'listTenants',
        summary: 'Tenants',
        tags: ['access'],
        response: { 200: Type.Object({ tenants: Type.Array(TenantJson) }) },
      },
    },
    () => ({ tenants: services.tenants.list() }),
  );
  app.post(
    '/v1/tenants',
    {
      config: { role: 'root' },
      schema: {
        operationId: 'createTenant',
        summary: 'Make a tenant',
        tags: ['access'],
        body: Type.Object({ id: Type.String({ pattern: tenantPattern }) }),
        response: { 201: TenantJson },
      },
    },
    async (request, reply) => {
      const tenant = await services.tenants.add(request.body.id);
      await services.record(request, {
        action: 'tenant.create',
        outcome: 'done',
        details: { tenant: tenant.id },
      });
      return reply.status(201).send(tenant);
    },
  );
  app.delete(
    '/v1/tenants/:id',
    {
      config: { role: 'root', timeMs: 300_000 },
      schema: {
        operationId: 'deleteTenant',
        summary: 'Delete a tenant with its keys, people and photos',
        tags: ['access'],
        params: Type.Object({ id: Type.String({ pattern: tenantPattern }) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (id === rootTenant) throw new HttpError('CONFLICT', 'The root tenant stays.');
      if (!services.tenants.has(id)) throw new HttpError('NOT_FOUND', 'There is no such tenant.');
      await removeTenant(services, id);
      await services.record(request, { action: 'tenant.delete', outcome: 'done', details: { tenant: id } });
      return reply.status(204).send(null);
    },
  );
}
