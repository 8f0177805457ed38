import { Type } from 'typebox';
import { roles } from '../../access/roles.js';
import type { App } from '../app.js';

/** Who the key belongs to. */
export function addMe(app: App): void {
  app.get(
    '/v1/me',
    {
      config: { role: 'any' },
      schema: {
        operationId: 'me',
        summary: 'Who this key belongs to',
        tags: ['access'],
        response: {
          200: Type.Object({
            keyId: Type.String(),
            name: Type.String(),
            tenant: Type.String(),
            roles: Type.Array(Type.Enum([...roles])),
          }),
        },
      },
    },
    ({ access: { keyId, name, tenant, roles } }) => ({ keyId, name, tenant, roles: [...roles] }),
  );
}
