// When to stop working on a request. Fastify's own request.signal fires as soon as a body has been read, since Node
// closes the message then; with it, its handlerTimeout ends, too.
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../errors/http-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Milliseconds that a request of this route may take; default `limits.requestMs`. */
    timeMs?: number;
  }
  interface FastifyRequest {
    /** Fires when the client goes away before it has its answer, or when the time for a request is over. */
    gone: AbortSignal;
  }
}

export function addClientGone(app: FastifyInstance, requestMs: number): void {
  app.decorateRequest('gone');
  app.addHook('onRequest', async (request, reply) => {
    const controller = new AbortController();
    request.gone = controller.signal;
    const timer = setTimeout(() => {
      controller.abort();
      if (!reply.sent)
        reply.send(new HttpError('BUSY', 'The request took too long. Try again later.', { retryAfter: 1 }));
    }, request.routeOptions.config.timeMs ?? requestMs);
    timer.unref();
    reply.raw.once('close', () => {
      clearTimeout(timer);
      if (!reply.raw.writableFinished) controller.abort();
    });
  });
}
