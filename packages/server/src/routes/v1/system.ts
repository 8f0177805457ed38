import { cpus } from 'node:os';
import { Type } from 'typebox';
import { version } from '../../version.js';
import type { App } from '../app.js';

const Figures = Type.Record(Type.String(), Type.Unknown());

/** How the machine and the parts of the service do. */
export function addSystem(app: App): void {
  const { services } = app;
  app.get(
    '/v1/system',
    {
      config: { role: 'root' },
      schema: {
        operationId: 'system',
        summary: 'How the service does',
        tags: ['operation'],
        response: {
          200: Type.Object({
            version: Type.String(),
            uptime: Type.Number({ description: 'Seconds' }),
            node: Type.String(),
            cpus: Type.Integer(),
            memory: Type.Object({ rss: Type.Number(), heapUsed: Type.Number() }, { description: 'Bytes' }),
            pool: Figures,
            store: Figures,
            audit: Figures,
          }),
        },
      },
    },
    async ({ access }) => {
      const { rss, heapUsed } = process.memoryUsage();
      const gallery = await services.galleries(access.tenant);
      return {
        version,
        uptime: Math.round(process.uptime()),
        node: process.version,
        cpus: cpus().length,
        memory: { rss, heapUsed },
        pool: { ...services.pool.stats() },
        store: { ...(await gallery.stats()) },
        audit: { ...services.audit.head() },
      };
    },
  );
}
