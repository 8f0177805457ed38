import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '@insightface-ts/server';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { InsightFaceError, type Task } from 'insightface-ts';
import { parseCount } from '../app.js';
import { print, visible, warn } from '../terminal.js';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly database?: string;
  readonly pack?: string;
  readonly include?: readonly Task[];
  readonly workers?: number;
  readonly masterKey?: string;
  readonly auditAnchor?: string;
  readonly auditDays?: number;
  readonly allowFolder?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly metricsOpen?: boolean;
  readonly restPrefix?: string;
  readonly logLevel: NonNullable<ServerOptions['logLevel']> | 'silent';
  readonly offline?: boolean;
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('a face service over HTTP, with a web console')
    .option('--port <number>', 'where it listens; 0 takes any free port', parsePort, 8080)
    .option('--host <address>', 'at which address; 0.0.0.0 is all of this machine’s', '127.0.0.1')
    .option(
      '--data <folder>',
      'keys, settings, audit log, photos and gallery',
      join(homedir(), '.insightface'),
    )
    .option('--database <url>', 'people are kept there: postgres:// or qdrant://')
    .option('--pack <name|folder>', 'model pack, or a folder of InsightFace .onnx files', 'open')
    .option('--include <task...>', 'optional models of the pack, such as liveness')
    .option('--workers <n>', 'threads for the networks (default: one a core)', parseCount)
    .option(
      '--master-key <file>',
      'encrypt templates and photos: 32 bytes in base64 (openssl rand -base64 32)',
    )
    .option('--audit-anchor <file>', 'also keep the audit log’s heads there, better on another machine')
    .option('--audit-days <n>', 'days after which records of the audit log go (default: never)', parseCount)
    .option('--allow-folder <folder...>', 'photos and jobs may name paths in these')
    .option('--allow-host <host...>', 'pictures may be fetched from these: name or name:port')
    .option('--tls-cert <file>', 'speak HTTPS with this certificate (PEM)')
    .option('--tls-key <file>', 'and this key (PEM)')
    .option('--metrics-open', 'let /metrics be read without a key')
    .option('--rest-prefix <path>', 'path before the routes of InsightFace-REST, such as /rest')
    .addOption(
      new Option('--log-level <level>', 'least important lines of the log, on standard error')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .option('--offline', 'never use the network')
    .addHelpText(
      'after',
      `
On an empty data folder it prints the first admin key, once; or it takes the one in INSIGHTFACE_ADMIN_KEY
(ifk_ and 43 letters of base64url). Ctrl-C and SIGTERM let requests end that are under way.

Examples:
  insightface serve
  insightface serve --port 9000 --data /srv/faces --master-key /etc/insightface/master.key
  insightface serve --database postgres://faces@db/faces --data /srv/faces
  insightface serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --allow-folder /photos`,
    )
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  // Other commands need not wait for a web framework to load.
  const { startServer } = await import('@insightface-ts/server');
  const { INSIGHTFACE_ADMIN_KEY: adminKey } = process.env;
  const tls = await readTls(options);
  const folder = consoleFolder();
  let firstKey: string | undefined;
  const { host, port, data, logLevel, masterKey } = options;
  const server = await startServer({
    host,
    port,
    data: resolve(data),
    logLevel: logLevel === 'silent' ? false : logLevel,
    onNotice: notice => warn(visible(notice)),
    onAdminKey: key => {
      firstKey = key;
    },
    ...(options.database !== undefined && { database: options.database }),
    ...(options.pack !== undefined && { pack: options.pack }),
    ...(options.include && { include: options.include }),
    ...(options.workers !== undefined && { workers: options.workers }),
    ...(masterKey !== undefined && { masterKeyFile: resolve(masterKey) }),
    ...(options.auditAnchor !== undefined && { auditAnchor: resolve(options.auditAnchor) }),
    ...(options.auditDays !== undefined && { auditRetentionDays: options.auditDays }),
    ...(options.allowFolder && { allowFolders: options.allowFolder.map(path => resolve(path)) }),
    ...(options.allowHost && { allowHosts: options.allowHost }),
    ...(options.metricsOpen && { metricsOpen: true }),
    ...(options.restPrefix !== undefined && { insightfaceRestPrefix: options.restPrefix }),
    ...(options.offline && { offline: true }),
    ...(tls && { tls }),
    ...(adminKey && { adminKey }),
    ...(folder !== undefined && { console: folder }),
  });
  print(`insightface serves at ${server.url}`);
  if (folder !== undefined) print(`Console:  ${server.url}/`);
  print(`API:      ${server.url}/openapi.json`);
  if (firstKey !== undefined)
    print(`Admin key, shown this once:\n  ${firstKey}\nKeep it; it makes the other keys (POST /v1/keys).`);
  if (!tls && !isLoopback(host))
    warn(
      `Warning: ${host} can be reached by others, and without --tls-cert keys and faces travel in the clear.`,
    );
  print('Ready. Ctrl-C stops it.');
  stopOnSignals(() => server.stop());
}

/** The first signal lets requests end; a second one does not wait. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      if (stopping) process.exit(1);
      stopping = true;
      warn('Stopping: requests under way may end.');
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
}

async function readTls({ tlsCert, tlsKey }: ServeOptions): Promise<ServerOptions['tls']> {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new InsightFaceError('INVALID_ARGUMENT', '--tls-cert and --tls-key go together. Give both.');
  const read = (file: string) =>
    readFile(file, 'utf8').catch(cause => {
      throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Name a PEM file.`, { cause });
    });
  return { cert: await read(tlsCert), key: await read(tlsKey) };
}

/** The console's files, where that package is installed and built. */
function consoleFolder(): string | undefined {
  try {
    const page = fileURLToPath(import.meta.resolve('@insightface-ts/console/index.html'));
    return existsSync(page) ? join(page, '..') : undefined;
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) === 4 ? host.startsWith('127.') : host === '::1');
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('Give a port, 0 to 65535.');
  return Number(text);
}
