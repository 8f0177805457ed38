// One OpenTelemetry span a request. Without an SDK in the process this costs next to nothing; with one (such as
// `node --import @opentelemetry/auto-instrumentations-node/register`) the standard OTEL_ variables say where it goes.
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import { routeOf } from '../access/access-plugin.js';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | undefined;
  }
}

export function addTracing(app: FastifyInstance, version: string): void {
  const tracer = trace.getTracer('insightface-ts', version);
  app.decorateRequest('span');
  app.addHook('onRequest', (request, _reply, done) => {
    const caller = propagation.extract(context.active(), request.headers);
    const name = request.is404 ? request.method : routeOf(request);
    request.span = tracer.startSpan(
      name,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': request.routeOptions.url ?? '',
          'insightface.request_id': request.id,
        },
      },
      caller,
    );
    // What the handler does, such as asking a database, becomes part of this span.
    context.with(trace.setSpan(caller, request.span), done);
  });
  app.addHook('onResponse', async (request, reply) => {
    request.span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) request.span?.setStatus({ code: SpanStatusCode.ERROR });
    request.span?.end();
  });
  // The client went away: no answer is sent.
  app.addHook('onRequestAbort', async request => request.span?.end());
}
