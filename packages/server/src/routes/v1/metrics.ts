import type { App } from '../app.js';

/** Figures for Prometheus. */
export function addMetrics(app: App): void {
  const { metrics, options } = app.services;
  app.get(
    '/metrics',
    { config: { role: options.metricsOpen ? 'open' : 'root' }, schema: { hide: true } },
    async (_request, reply) => reply.type(metrics.registry.contentType).send(await metrics.text()),
  );
}
