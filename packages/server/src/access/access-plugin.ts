// Nobody gets past this without a key that is good for the route. A route without a role does not start.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HttpError } from '../errors/http-error.js';
import type { Services } from '../services.js';
import { looksLikeKey } from './key.js';
import { accessOf, type KeyRecord } from './key-store.js';
import { type Access, mayUse, type RouteRole } from './roles.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. */
    role?: RouteRole;
    /** Name of the path parameter that holds the key, for clients that can send no header. */
    keyParameter?: string;
  }
  interface FastifyInstance {
    /** Every route and who may use it. */
    readonly routeTable: readonly RouteAccess[];
  }
  interface FastifyRequest {
    /** Who is asking. Only in routes whose role is not `open`. */
    access: Access;
  }
}

export interface RouteAccess {
  readonly method: string;
  readonly url: string;
  readonly role: RouteRole;
}

/** Nobody: what `open` routes see. */
const nobody: Access = { keyId: 'nobody', name: '', tenant: '', roles: [] };

export function addAccess(app: FastifyInstance, services: Services): void {
  app.decorateRequest('access');
  const table: RouteAccess[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', route => {
    if (route.config?.role === undefined)
      throw new Error(`The route ${String(route.method)} ${route.url} names no role in its config.`);
    for (const method of [route.method].flat())
      table.push({ method, url: route.url, role: route.config.role });
  });
  app.addHook('onRequest', async request => {
    // What has no route is answered by the handler for that.
    if (request.is404) return;
    const { role, keyParameter } = request.routeOptions.config;
    request.access = nobody;
    if (role === undefined || role === 'open') return;
    const record = authenticate(request, services, keyParameter);
    request.access = accessOf(record);
    services.limiter.take(record);
    if (mayUse(request.access, role)) return;
    await services.record(request, {
      action: 'access',
      outcome: 'denied',
      details: { route: routeOf(request) },
    });
    throw new HttpError('FORBIDDEN', 'This key may not do that. Ask an admin for a key with another role.');
  });
}

function authenticate(request: FastifyRequest, services: Services, keyParameter?: string): KeyRecord {
  const key = keyOf(request, keyParameter);
  const record = key !== undefined && looksLikeKey(key) ? services.keys.find(key) : undefined;
  if (record) return record;
  throw new HttpError('UNAUTHORIZED', 'Send an API key: the header Authorization: Bearer KEY, or x-api-key.');
}

function keyOf({ headers, params }: FastifyRequest, keyParameter?: string): string | undefined {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const named = headers['x-api-key'];
  if (typeof named === 'string') return named;
  return keyParameter === undefined ? undefined : (params as Record<string, string>)[keyParameter];
}

/** The route's pattern, which holds nothing personal. */
export function routeOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? ''}`;
}
