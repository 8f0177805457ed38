import { Type } from 'typebox';
import { rootTenant } from '../../access/roles.js';
import { version } from '../../version.js';
import type { App } from '../app.js';

const Check = Type.Union([Type.Literal('ok'), Type.Literal('failing')]);
const Ready = Type.Object({
  status: Check,
  checks: Type.Object({ models: Check, store: Check, audit: Check, queue: Check }),
});

/** Whether the process lives, and whether it can do its work. */
export function addHealth(app: App): void {
  const { services } = app;
  app.get(
    '/v1/health',
    {
      config: { role: 'open' },
      schema: {
        operationId: 'health',
        summary: 'Whether the process lives',
        tags: ['operation'],
        response: { 200: Type.Object({ status: Type.Literal('ok'), version: Type.String() }) },
      },
    },
    () => ({ status: 'ok' as const, version }),
  );
  app.get(
    '/v1/ready',
    {
      config: { role: 'open' },
      schema: {
        operationId: 'ready',
        summary: 'Whether requests can be answered',
        tags: ['operation'],
        response: { 200: Ready, 503: Ready },
      },
    },
    async (_request, reply) => {
      const { workers, queued } = services.pool.stats();
      const checks = {
        models: state(workers > 0),
        store: state(await works(async () => (await services.galleries(rootTenant)).stats())),
        audit: state(await works(async () => services.audit.head())),
        queue: state(queued < services.limits.queue * workers),
      };
      const ok = Object.values(checks).every(check => check === 'ok');
      return reply.status(ok ? 200 : 503).send({ status: state(ok), checks });
    },
  );
}

function state(ok: boolean): 'ok' | 'failing' {
  return ok ? 'ok' : 'failing';
}

async function works(check: () => Promise<unknown>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch {
    return false;
  }
}
