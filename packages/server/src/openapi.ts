// The OpenAPI 3.1 document, made from the routes' schemas.
import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { ImageSource } from './images/image-source.js';
import { KeyJson } from './routes/v1/keys.js';
import { JobJson } from './schemas/job.js';
import { MatchJson, PersonJson } from './schemas/people.js';
import { ErrorBody, FaceJson, ImageSize, ref } from './schemas/shared.js';
import { Settings } from './settings/settings.js';

const shapes = [
  ...[ErrorBody, FaceJson, ImageSize, ImageSource, JobJson, KeyJson, MatchJson, PersonJson, Settings],
];

export async function addOpenApi(app: FastifyInstance, version: string): Promise<void> {
  for (const schema of shapes) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'insightface-ts',
        version,
        description: 'Faces: find, describe, enrol, search, verify.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema.$id === 'string' ? schema.$id : `Shape${index}`,
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: described(schema ?? {}, route.config?.role === 'open'),
    }),
  });
  app.get('/openapi.json', { config: { role: 'open' }, schema: { hide: true } }, () => app.swagger());
}

/** Every route may answer with an error of the one shape. */
function described(schema: FastifySchema, open: boolean): FastifySchema {
  return {
    ...schema,
    ...(open && { security: [] }),
    response: { default: ref(ErrorBody), ...(schema.response as object | undefined) },
  };
}
