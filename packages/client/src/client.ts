// The client: one typed function over fetch.
import { InsightFaceClientError } from './error.js';
import type { Operations } from './generated.js';

export interface ClientOptions {
  /** Where the server is, such as `http://localhost:8080`; a path in it is kept. */
  readonly url: string;
  /** A key of the server. */
  readonly key: string;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** How often a server that is busy is asked again. Default 3. */
  readonly retries?: number;
  /** Longest wait before it is asked again, in milliseconds, whatever the server proposes. Default 5000. */
  readonly maxWaitMs?: number;
}

/** Name of an operation: method and path. */
export type OperationName = keyof Operations;

/** What an operation takes. Where it takes a picture, `body` may be a form: {@link form}. */
export type OperationInput<Name extends OperationName> = Omit<Operations[Name], 'answer'> & {
  readonly signal?: AbortSignal;
};

/** What an operation answers. */
export type OperationAnswer<Name extends OperationName> = Operations[Name]['answer'];

type Arguments<Name extends OperationName> =
  Record<never, never> extends OperationInput<Name>
    ? [input?: OperationInput<Name>]
    : [input: OperationInput<Name>];

export interface InsightFaceClient {
  /**
   * Does one operation of the server's own API.
   * @throws InsightFaceClientError with the server's code, or `UNREACHABLE`, `ABORTED`, `BAD_ANSWER`.
   * @example
   * const { people } = await client.request('GET /v1/people', { query: { limit: 20 } });
   */
  request<Name extends OperationName>(
    operation: Name,
    ...input: Arguments<Name>
  ): Promise<OperationAnswer<Name>>;
}

interface AnyInput {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * A client of one server with one key.
 * @example
 * const client = createClient({ url: 'http://localhost:8080', key });
 * const { faces } = await client.request('POST /v1/detect', { body: form({ image: file }) });
 */
export function createClient(options: ClientOptions): InsightFaceClient {
  const base = options.url.replace(/\/+$/, '');
  return {
    async request<Name extends OperationName>(operation: Name, ...[input]: Arguments<Name>) {
      const [method = '', path = ''] = operation.split(' ');
      const { signal, ...rest } = (input ?? {}) as AnyInput;
      const url = base + fillPath(path, rest.path) + queryOf(rest.query);
      const response = await fetchPatiently(options, url, {
        method,
        signal: signal ?? null,
        ...payload(rest.body),
      });
      return (await read(response, url, signal)) as OperationAnswer<Name>;
    },
  };
}

/**
 * A form with pictures and fields. A list makes one field of each of its items; objects that are no `Blob` become
 * JSON.
 * @example
 * form({ name: 'Ada', images: [first, second], metadata: { department: 'engines' } });
 */
export function form(fields: Readonly<Record<string, unknown>>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields))
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined) continue;
      if (item instanceof Blob) data.append(name, item);
      else if (item instanceof Uint8Array) data.append(name, new Blob([Uint8Array.from(item)]), name);
      else data.append(name, typeof item === 'object' ? JSON.stringify(item) : String(item));
    }
  return data;
}

function fillPath(path: string, values: AnyInput['path'] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

function queryOf(query: AnyInput['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined) parameters.append(name, String(item));
  const text = parameters.toString();
  return text && `?${text}`;
}

function payload(body: unknown): { body?: FormData | Blob | string; headers: Record<string, string> } {
  if (body === undefined) return { headers: {} };
  if (body instanceof FormData || body instanceof Blob) return { body, headers: {} };
  return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

/** Asks again while the server says that it is busy and when to come back. */
async function fetchPatiently(
  { key, fetch = globalThis.fetch, retries = 3, maxWaitMs = 5000 }: ClientOptions,
  url: string,
  request: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  for (let attempt = 0; ; attempt++) {
    let response: Response;
    try {
      response = await fetch(url, { ...request, headers });
    } catch (cause) {
      throw noAnswer(url, request.signal, cause);
    }
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    if (response.status !== 503 || !(seconds >= 0) || attempt >= retries) return response;
    await response.body?.cancel();
    await wait(Math.min(seconds * 1000, maxWaitMs), request.signal).catch((cause: unknown) => {
      throw noAnswer(url, request.signal, cause);
    });
  }
}

function noAnswer(
  url: string,
  signal: AbortSignal | null | undefined,
  cause: unknown,
): InsightFaceClientError {
  if (signal?.aborted) return new InsightFaceClientError('ABORTED', 'The request was aborted.', { cause });
  const message = `${new URL(url).origin} does not answer. Check the address and whether the server runs.`;
  return new InsightFaceClientError('UNREACHABLE', message, { cause });
}

function wait(milliseconds: number, signal: AbortSignal | null | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

async function read(response: Response, url: string, signal: AbortSignal | undefined): Promise<unknown> {
  const { status } = response;
  if (status === 204) return undefined;
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  let body: unknown;
  try {
    body = response.ok && !json ? await response.blob() : await response.json();
  } catch (cause) {
    if (signal?.aborted) throw noAnswer(url, signal, cause);
    throw new InsightFaceClientError('BAD_ANSWER', `The server answered ${status} without JSON.`, {
      status,
      cause,
    });
  }
  if (response.ok) return body;
  const { error, requestId } = body as {
    error?: { code?: string; message?: string; details?: unknown };
    requestId?: string;
  };
  throw new InsightFaceClientError(
    error?.code ?? 'BAD_ANSWER',
    error?.message ?? `The server answered ${status}.`,
    {
      status,
      requestId,
      details: error?.details,
    },
  );
}
