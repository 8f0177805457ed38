// What an operator chooses. Each has a default that is safe on a laptop and fit for a small team.
import type { PackSource, Task } from 'insightface-ts';

export interface ServerLimits {
  /** Largest image, in bytes as sent. Default 10 MiB. */
  readonly imageBytes: number;
  /** Largest request with all its images, in bytes. Default 64 MiB. */
  readonly requestBytes: number;
  /** Most images of one request. Default 20; clustering takes 200. */
  readonly images: number;
  /** Largest image, width times height. Default 40 million. */
  readonly pixels: number;
  /**
   * Most images that wait for each worker; further ones are refused with 503. What was accepted waits no longer than
   * these take. Default 16: on two cores, 32 clients at once are not refused.
   */
  readonly queue: number;
  /** Milliseconds after which a request is given up. Default 30,000. */
  readonly requestMs: number;
  /** Milliseconds that requests have to end when the server stops. Default 20,000. */
  readonly stopMs: number;
}

export const defaultLimits: ServerLimits = {
  imageBytes: 10 * 1024 * 1024,
  requestBytes: 64 * 1024 * 1024,
  images: 20,
  pixels: 40_000_000,
  queue: 16,
  requestMs: 30_000,
  stopMs: 20_000,
};

export interface ServerOptions {
  /** Folder of keys, settings, audit log, photos and, without `database`, of the gallery. */
  readonly data: string;
  /** Where people are kept instead: `postgres://...`, `qdrant://...`. */
  readonly database?: string;
  /** Name of a pack, or a folder of models. Default `open`. */
  readonly pack?: PackSource;
  /** Optional tasks of the pack that are wanted as well, such as `liveness`. */
  readonly include?: readonly Task[];
  /** Worker threads for the networks. Default: one a core. */
  readonly workers?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 8080; 0 takes any that is free. */
  readonly port?: number;
  /** PEM texts; with them the server speaks HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The first admin key, on an empty store. Default: one is made and handed to `onAdminKey`. */
  readonly adminKey?: string;
  /** Told the first admin key, once, when it was made. */
  readonly onAdminKey?: (key: string) => void;
  /** File of the master key that encrypts templates and photos at rest: 32 bytes in base64 a line, the first encrypts. */
  readonly masterKeyFile?: string;
  /** File outside `data` that holds the heads of the audit log, so that one that was cut back is found. */
  readonly auditAnchor?: string;
  /** Days after which records of the audit log go. Default: none goes. */
  readonly auditRetentionDays?: number;
  /** Folders whose photos may be named by path. Default: none. */
  readonly allowFolders?: readonly string[];
  /** Hosts (`name` or `name:port`) whose pictures may be named by URL. Default: none. */
  readonly allowHosts?: readonly string[];
  /** Let `/metrics` be read without a key. Default false. */
  readonly metricsOpen?: boolean;
  /** Folder of the built console, served at `/`. Default: none. */
  readonly console?: string;
  /** Path before the routes of InsightFace-REST. Default: none, as that service has them. */
  readonly insightfaceRestPrefix?: string;
  readonly limits?: Partial<ServerLimits>;
  /** Log as JSON lines to standard error; `false` is silent. Default `info`. */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | false;
  /** Where log lines go instead of standard error. */
  readonly logTo?: { write(line: string): void };
  /** Never use the network. */
  readonly offline?: boolean;
  /** Told what a person should know at the start: licences, what is not encrypted. */
  readonly onNotice?: (notice: string) => void;
}
