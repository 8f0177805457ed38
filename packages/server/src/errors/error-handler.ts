import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { describeError, type ErrorAnswer } from './describe-error.js';

/** Every error leaves as `{ error: { code, message, details? }, requestId }`; those of ours go to the log whole. */
export function addErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, code, message, details } = noteError(error, request, reply);
    return reply
      .status(status)
      .send({ error: { code, message, ...(details && { details }) }, requestId: request.id });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      error: { code: 'NOT_FOUND', message: 'There is no such route. /openapi.json lists those there are.' },
      requestId: request.id,
    }),
  );
}

/** What the caller is told of an error; logs it and sets the headers that go with it. */
export function noteError(error: unknown, request: FastifyRequest, reply: FastifyReply): ErrorAnswer {
  const answer = describeError(error);
  const { status, retryAfter } = answer;
  if (status >= 500 && status !== 503) request.log.error({ err: error }, 'request failed');
  else if (status === 503) request.log.warn({ code: codeOf(error) }, 'request refused');
  if (retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(retryAfter)));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return answer;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
