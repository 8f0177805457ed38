// What is written of a request: pattern of the route, key, status, time. No address, query, body, name or picture.
import type { FastifyInstance } from 'fastify';
import { routeOf } from '../access/access-plugin.js';
import type { Metrics } from '../metrics/metrics.js';

export function addRequestLog(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const milliseconds = reply.elapsedTime;
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    metrics.requests.observe(
      { route, method: request.method, status: String(reply.statusCode) },
      milliseconds / 1000,
    );
    request.log.info(
      {
        route: request.is404 ? 'none' : routeOf(request),
        status: reply.statusCode,
        milliseconds: Math.round(milliseconds),
        key: request.access?.keyId,
      },
      'answered',
    );
  });
}
