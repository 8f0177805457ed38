// Connections on which no request is under way. Node closes those that were used before, but browsers also open some in
// advance, and a server that stops would wait for them.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Begin before the server listens. The answer closes all that are idle, now and from then on. */
export function trackIdleConnections(server: Server, tls: boolean): () => void {
  const idle = new Set<Socket>();
  let closing = false;
  const rest = (socket: Socket) => {
    if (closing) socket.destroySoon();
    else if (!socket.destroyed) idle.add(socket);
  };
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    rest(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    idle.delete(socket);
    response.once('finish', () => rest(socket));
  });
  return () => {
    closing = true;
    for (const socket of idle) socket.destroy();
  };
}
