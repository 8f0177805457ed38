import { Type } from 'typebox';
import { recognizerOf } from '../../people/decide.js';
import { thresholdFor } from '../../settings/threshold.js';
import type { App } from '../app.js';

/** Which cosine goes with which false accept rate, over the measured range. */
export function addThresholds(app: App): void {
  const { services } = app;
  app.get(
    '/v1/thresholds',
    {
      config: { role: 'any' },
      schema: {
        operationId: 'thresholds',
        summary: 'Cosine by false accept rate, and the rate by cosine',
        tags: ['settings'],
        response: {
          200: Type.Object({
            current: Type.Union([Type.Number(), Type.Null()]),
            far: Type.Record(Type.String(), Type.Number(), { description: 'Measured: cosine by rate' }),
            curve: Type.Array(
              Type.Object({
                threshold: Type.Number(),
                far: Type.Number({ description: 'Measured, interpolated in its logarithm' }),
              }),
            ),
          }),
        },
      },
    },
    ({ access }) => {
      const recognizer = recognizerOf(services);
      const { thresholds = {} } = recognizer;
      const settings = services.settings.get(access.tenant);
      const known = recognizer.thresholds !== undefined || settings.threshold !== null;
      return {
        current: known ? thresholdFor(recognizer, settings, {}) : null,
        far: { ...thresholds },
        curve: farCurve(thresholds),
      };
    },
  );
}

/** Twenty points over the measured range. */
function farCurve(thresholds: Readonly<Record<string, number>>): { threshold: number; far: number }[] {
  const measured = Object.entries(thresholds)
    .map(([rate, threshold]) => ({ log: Math.log(Number(rate)), threshold }))
    .sort((a, b) => a.threshold - b.threshold);
  const [first, last] = [measured[0], measured.at(-1)];
  if (!first || !last) return [];
  return Array.from({ length: 21 }, (_, step) => {
    const threshold = first.threshold + ((last.threshold - first.threshold) * step) / 20;
    const above = Math.max(
      1,
      measured.findIndex(point => point.threshold >= threshold - 1e-12),
    );
    const [low, high] = [measured[above - 1] ?? first, measured[above] ?? last];
    const width = high.threshold - low.threshold;
    const share = width === 0 ? 0 : (threshold - low.threshold) / width;
    return { threshold, far: Math.exp(low.log + share * (high.log - low.log)) };
  });
}
