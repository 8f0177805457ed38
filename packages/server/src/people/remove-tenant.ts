import type { Services } from '../services.js';

/** Everything of a tenant goes: keys first, so that nobody asks any more, and the tenant's own record last. */
export async function removeTenant(services: Services, tenant: string): Promise<void> {
  const { keys, limiter, photos, settings, subjects, tenants } = services;
  for (const { id } of keys.list(tenant)) {
    await keys.remove(id);
    await limiter.forget(id);
  }
  await services.exclusively(tenant, async () => {
    const gallery = await services.galleries(tenant);
    const names: string[] = [];
    for await (const { name } of gallery.list()) names.push(name);
    for (const name of names) await gallery.remove(name);
    await photos.removeTenant(tenant);
    await gallery.compact();
  });
  await settings.remove(tenant);
  await subjects.erase(tenant);
  await tenants.remove(tenant);
}
