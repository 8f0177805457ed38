// A server with the default pack in a folder of its own, asked without sockets.
import { createKey } from '../access/key.js';
import type { Role } from '../access/roles.js';
import type { ServerOptions } from '../options.js';
import type { App } from '../routes/app.js';
import { createServer } from '../server.js';
import { type FormValue, formPayload } from './form-payload.js';

export interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by their documented shape
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Uint8Array;
}

export class TestServer {
  /** Lines of the log. */
  readonly log: string[];

  private constructor(
    readonly app: App,
    readonly adminKey: string,
    log: string[],
  ) {
    this.log = log;
  }

  static async start(options: Partial<ServerOptions> & { readonly data: string }): Promise<TestServer> {
    const adminKey = options.adminKey ?? createKey();
    const log: string[] = [];
    const app = await createServer({
      adminKey,
      workers: 1,
      logTo: { write: line => void log.push(line) },
      ...options,
    });
    return new TestServer(app, adminKey, log);
  }

  /** A new key. */
  async key(roles: readonly Role[], tenant?: string, more: object = {}): Promise<string> {
    const { body } = await this.json('POST', '/v1/keys', {
      name: 'test',
      roles,
      ...(tenant && { tenant }),
      ...more,
    });
    return body.key as string;
  }

  /** Asks with JSON, as the first admin or with another key; `null` is none. */
  json(method: string, url: string, body?: object, key: string | null = this.adminKey): Promise<Asked> {
    return this.ask(method, url, key, body && JSON.stringify(body), 'application/json');
  }

  /** Asks with a form. Fields are text, pictures, or several of either. */
  form(
    url: string,
    fields: Readonly<Record<string, FormValue | readonly FormValue[]>>,
    key: string | null = this.adminKey,
  ): Promise<Asked> {
    const { payload, headers } = formPayload(fields);
    return this.ask('POST', url, key, payload, headers['content-type']);
  }

  async ask(
    method: string,
    url: string,
    key: string | null,
    payload?: string | Buffer,
    contentType?: string,
  ): Promise<Asked> {
    const response = await this.app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(key !== null && { authorization: `Bearer ${key}` }),
        ...(payload !== undefined && contentType !== undefined && { 'content-type': contentType }),
      },
      ...(payload !== undefined && { payload }),
    });
    const isJson =
      response.rawPayload.length > 0 && String(response.headers['content-type'] ?? '').includes('json');
    return {
      status: response.statusCode,
      body: isJson ? response.json() : response.body,
      headers: response.headers,
      bytes: response.rawPayload,
    };
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
