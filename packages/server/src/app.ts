// From services to an HTTP application: hooks in their order, then routes.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { type FastifyServerOptions, LogController } from 'fastify';
import { addAccess } from './access/access-plugin.js';
import { addErrorHandler } from './errors/error-handler.js';
import { addClientGone } from './http/client-gone.js';
import { addConsole } from './http/console.js';
import { addRequestLog } from './http/request-log.js';
import { addSecurityHeaders } from './http/security-headers.js';
import { addTracing } from './http/tracing.js';
import { buildValidator } from './http/validation.js';
import { addForms } from './images/receive-form.js';
import { addOpenApi } from './openapi.js';
import type { ServerOptions } from './options.js';
import type { App } from './routes/app.js';
import { addRoutes } from './routes/routes.js';
import type { Services } from './services.js';
import { version } from './version.js';

/** The application; nothing listens yet. */
export async function buildApp(services: Services): Promise<App> {
  const { options, limits, metrics } = services;
  const common = {
    logger: loggerOf(options),
    // request-log.ts writes in its place.
    logController: new LogController({ disableRequestLogging: true }),
    schemaController: { compilersFactory: { buildValidator } },
    bodyLimit: limits.requestBytes,
    // Slow senders do not hold a connection for ever.
    requestTimeout: 2 * limits.requestMs,
    genReqId: (request: IncomingMessage) => idOf(request.headers['x-request-id']) ?? randomUUID(),
    routerOptions: { maxParamLength: 1024 },
  } satisfies FastifyServerOptions;
  // Types tell servers of HTTP and of HTTPS apart; routes need not.
  const app: App = options.tls
    ? (fastify({ ...common, https: options.tls }).withTypeProvider<TypeBoxTypeProvider>() as App)
    : fastify(common).withTypeProvider<TypeBoxTypeProvider>();
  app.decorate('services', services);
  addErrorHandler(app);
  addTracing(app, version);
  addClientGone(app, limits.requestMs);
  addSecurityHeaders(app, options.tls !== undefined);
  addRequestLog(app, metrics);
  addAccess(app, services);
  await addForms(app, limits);
  await addOpenApi(app, version);
  await addRoutes(app);
  if (options.console !== undefined) await addConsole(app, options.console);
  return app;
}

/** A client may name its request, in letters that are safe in a log. */
function idOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(header) ? header : undefined;
}

function loggerOf({ logLevel = 'info', logTo = process.stderr }: ServerOptions) {
  return {
    level: logLevel || 'silent',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    stream: logTo,
  };
}
