// The server whole: services, application, and the first admin key.

import { InsightFaceError } from 'insightface-ts';
import { createKey, hashKey, keyIdOf, looksLikeKey } from './access/key.js';
import { rootTenant } from './access/roles.js';
import { buildApp } from './app.js';
import { openServices } from './open-services.js';
import type { ServerOptions } from './options.js';
import type { App } from './routes/app.js';
import type { Services } from './services.js';

/**
 * A server that does not listen yet: `app.listen()`, or `app.inject()` in tests. `app.close()` finishes what is under
 * way and closes everything.
 * @throws InsightFaceError `WRITE_FAILED` (also when another server uses the data folder), `PACK_INVALID`,
 * `INVALID_ARGUMENT` and those of pack, gallery and audit log.
 */
export async function createServer(options: ServerOptions): Promise<App> {
  const { services, close } = await openServices(options);
  try {
    // The store answers before the first request does.
    await services.galleries(rootTenant);
    await makeFirstKey(services, options);
    const app = await buildApp(services);
    app.addHook('onClose', close);
    await app.ready();
    return app;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Somebody must be able to begin. */
async function makeFirstKey(
  { keys, audit }: Services,
  { adminKey, onAdminKey }: ServerOptions,
): Promise<void> {
  if (adminKey !== undefined && !looksLikeKey(adminKey))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'An admin key is ifk_ and 43 letters of base64url (32 random bytes). Leave it out to have one made.',
    );
  if (!keys.isEmpty) return;
  const key = adminKey ?? createKey();
  await audit.append({
    action: 'key.create',
    actor: 'system',
    tenant: rootTenant,
    outcome: 'done',
    details: { key: keyIdOf(hashKey(key)), roles: 'admin' },
  });
  await keys.add({ name: 'first admin', tenant: rootTenant, roles: ['admin'] }, key);
  if (adminKey === undefined) onAdminKey?.(key);
}
