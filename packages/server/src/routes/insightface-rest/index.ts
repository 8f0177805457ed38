// The routes of InsightFace-REST 0.9.5, as its schemas and route documentation describe them; docs/compatibility.md
// tells the differences, of which the first is that a key is needed.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { noteError } from '../../errors/error-handler.js';
import type { App } from '../app.js';
import { addDraw } from './draw.js';
import { addExtract } from './extract.js';
import { parseMsgpack } from './msgpack.js';
import { addService } from './service.js';

export function addInsightFaceRest(app: App): void {
  const { console, insightfaceRestPrefix: prefix = '' } = app.services.options;
  app.register(
    async plain => {
      const scope = plain.withTypeProvider<TypeBoxTypeProvider>();
      scope.setErrorHandler((error, request, reply) => {
        const { status, code, message } = noteError(error, request, reply);
        // FastAPI answers 422 where a body is not what its schema asks for.
        return reply.status(code === 'INVALID_REQUEST' ? 422 : status).send({ detail: message });
      });
      parseMsgpack(scope, ['application/msgpack', 'application/x-msgpack']);
      addExtract(scope);
      addDraw(scope);
      addService(scope);
      const hidden = { config: { role: 'open' }, schema: { hide: true } } as const;
      scope.get('/docs', hidden, (_request, reply) => reply.redirect('/openapi.json'));
      // Where there is a console, it has the first page.
      if (prefix !== '' || console === undefined)
        scope.get('/', hidden, (_request, reply) => reply.redirect(`${prefix}/docs`));
    },
    { prefix },
  );
}
