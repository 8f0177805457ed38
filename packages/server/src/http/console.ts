// The console's files at `/`: what has a hash in its name may be kept for ever, the page itself is asked for anew.
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { App } from '../routes/app.js';
import { consolePolicy } from './security-headers.js';

/** @param folder the built console. */
export async function addConsole(app: App, folder: string): Promise<void> {
  await app.register(fastifyStatic, { root: folder, serve: false, index: false, cacheControl: false });
  const options = { config: { role: 'open' as const }, schema: { hide: true } };
  app.get('/', options, (_request, reply) => sendPage(reply));
  app.get<{ Params: { '*': string } }>('/*', options, (request, reply) => {
    const file = request.params['*'];
    // Paths without an extension are views of the console, which has one page.
    if (!/\.[a-z0-9]+$/i.test(file)) return isService(file) ? reply.callNotFound() : sendPage(reply);
    const keep = file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    return reply
      .header('cache-control', keep)
      .header('content-security-policy', consolePolicy)
      .sendFile(file);
  });
}

function isService(path: string): boolean {
  return /^(v1|api)(\/|$)/.test(path);
}

function sendPage(reply: FastifyReply): FastifyReply {
  return reply
    .header('cache-control', 'no-cache')
    .header('content-security-policy', consolePolicy)
    .sendFile('index.html');
}
