// A file server on this machine that can be told to misbehave. Not part of the published library.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  readonly url: string;
  /** Bodies by path. */
  readonly files: Map<string, Uint8Array>;
  /** Every request: path and Range header. */
  readonly requests: { readonly path: string; readonly range: string | undefined }[];
  /** Answers some requests in another way; returns whether it did. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

export async function startFileServer(): Promise<FileServer> {
  const files = new Map<string, Uint8Array>();
  const requests: { path: string; range: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, range: request.headers.range });
    if (result.intercept(request, response)) return;
    const body = files.get(path);
    if (!body) response.writeHead(404).end();
    else sendFile(request, response, body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const result: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    requests,
    intercept: () => false,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return result;
}

export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;
}

/** Answers with the file, or its part; `sent` bytes of that at most, and then the connection breaks. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  body: Uint8Array,
  sent = Number.POSITIVE_INFINITY,
): void {
  const etag = etagOf(body);
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const same = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const start = from !== undefined && same ? Number(from) : undefined;
  if (start !== undefined && start >= body.length) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    return;
  }
  const part = body.subarray(start ?? 0);
  response.writeHead(start === undefined ? 200 : 206, {
    etag,
    'content-length': part.length,
    ...(start !== undefined && { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }),
  });
  if (sent >= part.length) response.end(part);
  else response.write(part.subarray(0, sent), () => setTimeout(() => response.destroy(), 20));
}
