// A server that listens, and stops in order.
import { InsightFaceError } from 'insightface-ts';
import { trackIdleConnections } from './http/idle-connections.js';
import type { ServerOptions } from './options.js';
import { defaultLimits } from './options.js';
import type { App } from './routes/app.js';
import { createServer } from './server.js';

export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly app: App;
  /**
   * Takes no new requests, finishes those under way and closes everything; what has not ended after
   * `limits.stopMs` is cut off.
   */
  stop(): Promise<void>;
}

/**
 * Opens everything and listens.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the address cannot be taken, and what {@link createServer} throws.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8080 } = options;
  const app = await createServer(options);
  const closeIdle = trackIdleConnections(app.server, options.tls !== undefined);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw refusal(error, host, port);
  }
  const { stopMs } = { ...defaultLimits, ...options.limits };
  let stopping: Promise<void> | undefined;
  return {
    url: urlOf(app, host, options.tls !== undefined),
    app,
    stop: () => {
      stopping ??= stop(app, stopMs, closeIdle);
      return stopping;
    },
  };
}

async function stop(app: App, stopMs: number, closeIdle: () => void): Promise<void> {
  const closed = app.close();
  closeIdle();
  const cut = setTimeout(() => app.server.closeAllConnections(), stopMs);
  await closed;
  clearTimeout(cut);
}

function urlOf(app: App, host: string, tls: boolean): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'https' : 'http'}://${name}:${port}`;
}

function refusal(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is taken. Stop what uses it, or choose another with --port.`,
    EACCES: `Port ${port} needs more rights than this user has. Choose one above 1023 with --port.`,
    EADDRNOTAVAIL: `${host} is no address of this machine. Choose another with --host.`,
    ENOTFOUND: `${host} is no address. Choose another with --host.`,
  };
  const sentence = typeof code === 'string' ? sentences[code] : undefined;
  return sentence === undefined
    ? error
    : new InsightFaceError('INVALID_ARGUMENT', sentence, { cause: error });
}
