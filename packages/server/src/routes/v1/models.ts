import { builtinPacks } from 'insightface-ts';
import { Type } from 'typebox';
import { HttpError } from '../../errors/http-error.js';
import { recognizerOf } from '../../people/decide.js';
import type { Services } from '../../services.js';
import type { App } from '../app.js';

const Numbers = Type.Record(Type.String(), Type.Number());
const Recognizer = Type.Object({
  name: Type.String(),
  dimension: Type.Integer(),
  fingerprint: Type.String(),
  thresholds: Type.Optional(Numbers),
  calibration: Type.Optional(Type.Object({ slope: Type.Number(), offset: Type.Number() })),
});
const Models = Type.Object({
  pack: Type.Object({ name: Type.String(), title: Type.String(), licence: Type.String() }),
  models: Type.Array(
    Type.Object({
      name: Type.String(),
      task: Type.String(),
      licence: Type.String(),
      files: Type.Array(
        Type.Object({
          file: Type.String(),
          source: Type.Optional(Type.String()),
          sha256: Type.Optional(Type.String()),
        }),
      ),
    }),
  ),
  recognizer: Recognizer,
});

/** Which models answer, under which licences; and loading them anew. */
export function addModels(app: App): void {
  const { services } = app;
  app.get(
    '/v1/models',
    {
      config: { role: 'any' },
      schema: {
        operationId: 'models',
        summary: 'Models, their licences and what was measured',
        tags: ['operation'],
        response: { 200: Models },
      },
    },
    () => describeModels(services),
  );
  app.post(
    '/v1/models/reload',
    {
      config: { role: 'root', timeMs: 300_000 },
      schema: {
        operationId: 'reloadModels',
        summary: 'Load the pack anew, or another with the same recogniser',
        tags: ['operation'],
        body: Type.Optional(Type.Object({ pack: Type.Optional(Type.String({ maxLength: 100 })) })),
        response: { 200: Models },
      },
    },
    async request => {
      const pack = request.body?.pack;
      // A name, never a path: who may reload need not see the disk.
      if (
        pack !== undefined &&
        pack !== services.options.pack &&
        !builtinPacks.some(({ name }) => name === pack)
      )
        throw new HttpError(
          'INVALID_REQUEST',
          'There is no pack of that name. insightface models list tells them.',
        );
      await services.reloadModels(pack);
      await services.record(request, {
        action: 'models.reload',
        outcome: 'done',
        model: recognizerOf(services).fingerprint,
        details: { pack: services.pool.pack.name },
      });
      return describeModels(services);
    },
  );
}

function describeModels(services: Services) {
  const { name, title, license, models } = services.pool.pack;
  const { fingerprint, dimension, thresholds, calibration, name: recognizer } = recognizerOf(services);
  return {
    pack: { name, title, licence: license },
    models: models.map(model => ({
      name: model.name,
      task: model.task,
      licence: model.license,
      files: model.files.map(({ file, source, sha256 }) => ({
        file,
        ...(source !== undefined && { source }),
        ...(sha256 !== undefined && { sha256 }),
      })),
    })),
    recognizer: {
      name: recognizer,
      dimension,
      fingerprint,
      ...(thresholds && { thresholds }),
      ...(calibration && { calibration }),
    },
  };
}
