import { HttpError } from '../../errors/http-error.js';
import { recognizerOf } from '../../people/decide.js';
import { ref } from '../../schemas/shared.js';
import { Settings } from '../../settings/settings.js';
import { thresholdFor } from '../../settings/threshold.js';
import type { App } from '../app.js';

/** What an admin may change while the server runs. */
export function addSettings(app: App): void {
  const { services } = app;
  app.get(
    '/v1/settings',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'settings',
        summary: 'Settings of this tenant',
        tags: ['settings'],
        response: { 200: ref(Settings) },
      },
    },
    ({ access }) => services.settings.get(access.tenant),
  );
  app.put(
    '/v1/settings',
    {
      config: { role: 'admin' },
      schema: {
        operationId: 'changeSettings',
        summary: 'Change settings; they count from the next request on',
        tags: ['settings'],
        body: ref(Settings),
        response: { 200: ref(Settings) },
      },
    },
    async request => {
      const { tenant } = request.access;
      const before = services.settings.get(tenant);
      const settings = request.body;
      if (settings.liveness.required && !services.pool.tasks.includes('liveness'))
        throw new HttpError(
          'CONFLICT',
          'No liveness model is loaded. Start the server with --include liveness.',
        );
      if (settings.threshold === null) thresholdFor(recognizerOf(services), settings, {});
      await services.settings.put(tenant, settings);
      await services.record(request, {
        action: 'settings.change',
        outcome: 'done',
        details: changes(before, settings),
      });
      return settings;
    },
  );
}

/** New values of what changed. */
function changes(before: Settings, after: Settings): Record<string, string | number | boolean | null> {
  const flat = ({ liveness, ...rest }: Settings) => ({
    ...rest,
    livenessRequired: liveness.required,
    livenessThreshold: liveness.threshold,
  });
  const old: Record<string, unknown> = flat(before);
  return Object.fromEntries(Object.entries(flat(after)).filter(([name, value]) => old[name] !== value));
}
