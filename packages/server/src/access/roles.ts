// Who may do what. A key has roles; a route names those of which one is enough.

export const roles = ['admin', 'enrol', 'search', 'verify', 'audit'] as const;

/** `admin` may do everything in its tenant; the others what their names say. */
export type Role = (typeof roles)[number];

/** Who is asking, as told by the key. */
export interface Access {
  /** First 8 hex digits of the key's SHA-256. */
  readonly keyId: string;
  readonly name: string;
  readonly tenant: string;
  readonly roles: readonly Role[];
}

/** The tenant that is there from the beginning; its admins look after the server. */
export const rootTenant = 'default';

/** True when one of the roles is enough for the route. */
export function mayUse(access: Access, needed: RouteRole): boolean {
  if (needed === 'open' || needed === 'any') return true;
  if (needed === 'root') return access.roles.includes('admin') && access.tenant === rootTenant;
  const enough: readonly Role[] = typeof needed === 'string' ? [needed] : needed;
  return access.roles.includes('admin') || enough.some(role => access.roles.includes(role));
}

/**
 * What a route asks for: one role or one of several; `any` key; `root`, an admin of the tenant `default`; or `open`,
 * no key at all.
 */
export type RouteRole = Role | readonly Role[] | 'any' | 'root' | 'open';
