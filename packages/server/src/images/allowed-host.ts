// Pictures named by URL: only of hosts that the operator allows, only at public addresses, no redirects, and no more
// bytes or time than a picture needs.
import { lookup } from 'node:dns';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { HttpError } from '../errors/http-error.js';
import { isInsideAddress } from './address.js';

export interface FetchLimits {
  readonly maxBytes: number;
  /** Milliseconds for all of it. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Addresses that are not asked. Default: all that are not public. */
  readonly isForbidden?: (address: string) => boolean;
}

/**
 * Fetches a picture. The address is checked when it is connected to, so that a name cannot change its meaning between.
 * @throws HttpError `FORBIDDEN` for another host or an inside address, `INVALID_REQUEST` when there is no picture,
 * `PAYLOAD_TOO_LARGE`.
 */
export async function fetchAllowed(
  address: string,
  allowHosts: readonly string[],
  { maxBytes, timeoutMs, signal, isForbidden = isInsideAddress }: FetchLimits,
): Promise<Uint8Array> {
  const url = allowedUrl(address, allowHosts);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // No name is looked up for these.
  if (isIP(host) !== 0 && isForbidden(host)) throw forbidden();
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  const response = await request(url, guardedLookup(isForbidden), limit);
  if (response.statusCode !== 200) {
    response.destroy();
    const moved =
      response.statusCode !== undefined && response.statusCode >= 300 && response.statusCode < 400;
    throw unreadable(moved ? 'redirects are not followed' : `the host answered ${response.statusCode}`);
  }
  return readAll(response, maxBytes);
}

function allowedUrl(address: string, allowHosts: readonly string[]): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new HttpError(
      'INVALID_REQUEST',
      'A picture’s URL begins with http: or https: and holds no password.',
    );
  // `name` allows the usual ports only; `host` has a port just when it is another.
  if (!allowHosts.some(host => host.toLowerCase() === url.host))
    throw new HttpError('FORBIDDEN', 'Pictures of this host are not fetched. See --allow-host.');
  return url;
}

function guardedLookup(isForbidden: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error ?? new Error('no address'), '', 4);
      else if (addresses.some(({ address }) => isForbidden(address))) callback(forbidden(), '', 4);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function request(url: URL, guarded: LookupFunction, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    get(url, { lookup: guarded, signal, agent: false, headers: { accept: 'image/*' } }, resolve).on(
      'error',
      error => reject(error instanceof HttpError ? error : unreadable('the host does not answer')),
    );
  });
}

async function readAll(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes)
        throw new HttpError('PAYLOAD_TOO_LARGE', `An image has at most ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof HttpError ? error : unreadable('the connection ended too soon');
  }
  return Buffer.concat(chunks);
}

function forbidden(): HttpError {
  return new HttpError('FORBIDDEN', 'The host’s address is inside this network; it is not asked.');
}

function unreadable(reason: string): HttpError {
  return new HttpError('INVALID_REQUEST', `The picture could not be fetched: ${reason}.`);
}
