// A large file over HTTP: resumed where it stopped, retried when the connection breaks.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InsightFaceError } from '../../errors.js';
import { connectionAdvice, type HttpResponse, type Request } from './request.js';
import { writing } from './write-file.js';

/** What {@link download} is told. */
export interface DownloadOptions {
  /** What to call it in messages. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** Subresource integrity of the whole file, where it is known. */
  readonly integrity?: string;
  /** Most bytes accepted. */
  readonly limit: number;
  readonly onProgress?: (received: number, total: number | undefined) => void;
}

const attempts = 5;
/** Milliseconds without a byte after which a connection is given up. */
const stallTimeout = 60_000;
const retriedStatus = new Set([408, 420, 425, 429, 500, 502, 503, 504]);

/**
 * Downloads into `path`, or goes on with what lies there from an earlier try.
 * @throws InsightFaceError `DOWNLOAD_FAILED`, `WRITE_FAILED`, `CHECKSUM_MISMATCH`.
 */
export async function download(request: Request, path: string, options: DownloadOptions): Promise<void> {
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  const resumed = (await sizeOf(path)) > 0;
  // It may be whole already, when the disk was too full to unpack it.
  if (resumed && options.integrity && (await matches(path, options.integrity))) return;
  await receive(request, path, options);
  if (await matches(path, options.integrity)) return;
  await discard(path);
  if (resumed) {
    // The beginning may have been of another file; a fresh download decides.
    await receive(request, path, options);
    if (await matches(path, options.integrity)) return;
    await discard(path);
  }
  throw new InsightFaceError(
    'CHECKSUM_MISMATCH',
    `${options.name} arrived with another checksum than its registry states. Nothing of it is kept; try again.`,
  );
}

/** Removes a partial download and what is known of it. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(`${path}.validator`, { force: true });
}

async function receive(request: Request, path: string, options: DownloadOptions): Promise<void> {
  let failures = 0;
  let cause: unknown;
  while (failures < attempts) {
    const before = await sizeOf(path);
    try {
      if (await receiveOnce(request, path, options)) return;
      cause = new Error('the connection ended too early');
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof InsightFaceError) throw error;
      cause = error;
    }
    // A try that brought bytes is no failure: slow lines get there, too.
    failures = (await sizeOf(path)) > before ? 1 : failures + 1;
    if (failures < attempts) await sleep(100 * 3 ** failures, undefined, { signal: options.signal });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new InsightFaceError(
    'DOWNLOAD_FAILED',
    `${options.name} could not be fetched: ${reason}. ${connectionAdvice}`,
    { cause },
  );
}

/** One request; false when the body ended before its announced length. */
async function receiveOnce(request: Request, path: string, options: DownloadOptions): Promise<boolean> {
  const size = await sizeOf(path);
  const validator = await readFile(`${path}.validator`, 'utf8').catch(() => undefined);
  // Without a checksum, only the server can say that the rest belongs to this beginning.
  const resumable = size > 0 && (validator !== undefined || options.integrity !== undefined);
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Error('the server stopped answering')), stallTimeout);
  const signal = AbortSignal.any([options.signal, stall.signal]);
  try {
    const response = await request(
      {
        'accept-encoding': 'identity',
        ...(resumable && { range: `bytes=${size}-`, ...(validator && { 'if-range': validator }) }),
      },
      signal,
    );
    const { offset, total, whole } = checkAnswer(response, size, options);
    if (offset === undefined) {
      response.body.resume();
      if (whole) return true;
      await discard(path);
      return false;
    }
    if (total !== undefined && total > options.limit) throw tooLarge(options);
    await keepValidator(path, response);
    const handle = await writing(path, () => open(path, offset > 0 ? 'a' : 'w'));
    try {
      const end = await append(handle, path, response, offset, () => timer.refresh(), {
        ...options,
        signal,
        total,
      });
      return total === undefined || end === total;
    } finally {
      await handle.close();
    }
  } catch (error) {
    stall.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Answer {
  /** Where the body goes in the file; `undefined` when it is no use. */
  readonly offset: number | undefined;
  readonly total: number | undefined;
  readonly whole?: boolean;
}

function checkAnswer(response: HttpResponse, size: number, { name }: DownloadOptions): Answer {
  const { status, headers } = response;
  if (status === 200) return { offset: 0, total: number(headers.get('content-length')) };
  if (status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    return { offset: Number(start) === size ? size : undefined, total: number(total) };
  }
  // Nothing comes after what lies here: it is whole, or not the beginning of what the server has.
  if (status === 416) {
    const [, total] = /^bytes \*\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    return { offset: undefined, total: undefined, whole: Number(total) === size };
  }
  response.body.resume();
  if (retriedStatus.has(status)) throw new Error(`the server answered ${status}`);
  throw new InsightFaceError(
    'DOWNLOAD_FAILED',
    `${name} could not be fetched: the server answered ${status}. Check the name and your access to it.`,
  );
}

async function append(
  handle: FileHandle,
  path: string,
  { body }: HttpResponse,
  offset: number,
  alive: () => void,
  options: DownloadOptions & { readonly total: number | undefined },
): Promise<number> {
  let position = offset;
  for await (const chunk of body) {
    options.signal.throwIfAborted();
    alive();
    position += chunk.length;
    if (position > options.limit) throw tooLarge(options);
    await writing(path, () => handle.writeFile(chunk));
    options.onProgress?.(position, options.total);
  }
  options.signal.throwIfAborted();
  return position;
}

/** Remembers which version of the file this is, to ask for the rest of the same one. */
async function keepValidator(path: string, { headers }: HttpResponse): Promise<void> {
  const etag = headers.get('etag');
  const validator = etag && !etag.startsWith('W/') ? etag : headers.get('last-modified');
  if (validator) await writing(path, () => writeFile(`${path}.validator`, validator));
  else await rm(`${path}.validator`, { force: true });
}

const algorithms = ['sha512', 'sha384', 'sha256', 'sha1'];

async function matches(path: string, integrity: string | undefined): Promise<boolean> {
  if (integrity === undefined) return true;
  const entries = integrity.trim().split(/\s+/);
  const algorithm = algorithms.find(name => entries.some(entry => entry.startsWith(`${name}-`)));
  if (!algorithm)
    throw new InsightFaceError(
      'DOWNLOAD_FAILED',
      `The registry states a checksum of an unknown kind: ${integrity}.`,
    );
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const digest = hash.digest('base64');
  return entries.some(entry => entry.split('?')[0] === `${algorithm}-${digest}`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

function number(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

function tooLarge({ name, limit }: DownloadOptions): InsightFaceError {
  return new InsightFaceError(
    'DOWNLOAD_FAILED',
    `${name} is larger than ${limit} bytes and was not fetched.`,
  );
}
