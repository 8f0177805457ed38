// One HTTP answer, asked for through npm's client so that the user's proxy and certificates are honoured.
import { InsightFaceError } from '../../errors.js';
import { npmSettings } from './npm-settings.js';
import { isAllowedUrl } from './source.js';

/** The part of an answer that is used here. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> & { resume(): unknown };
}

/** Asks for a fixed address. Every answer is returned, whatever its status. */
export type Request = (
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<HttpResponse>;

/** What to try when nothing answers. */
export const connectionAdvice =
  'Check the connection and the proxy and registry settings of npm, then try again: what was fetched so far is kept.';

const maxRedirects = 10;

/**
 * A request for a public file. Every hop is https (or stays on this machine), and no credentials are sent.
 */
export function urlRequest(address: string): Request {
  return async (headers, signal) => {
    const [{ default: fetch }, { settings }] = await Promise.all([
      import('make-fetch-happen'),
      npmSettings(),
    ]);
    let url = new URL(address);
    for (let hop = 0; hop <= maxRedirects; hop++) {
      const response = await fetch(url.href, {
        headers: { ...headers, 'user-agent': 'insightface-ts' },
        signal,
        redirect: 'manual',
        retry: false,
        proxy: settings.httpsProxy ?? settings.proxy,
        noProxy: settings.noProxy,
        ca: settings.ca,
        strictSSL: settings.strictSSL,
        cache: 'no-store',
      });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || response.status === 304 || !location)
        return response;
      response.body.resume();
      const next = new URL(location, url);
      if (!isAllowedUrl(next) || (url.protocol === 'https:' && next.protocol !== 'https:'))
        throw new InsightFaceError(
          'DOWNLOAD_FAILED',
          `${address} leads to ${next.href}, which is not encrypted. Nothing was fetched.`,
        );
      url = next;
    }
    throw new InsightFaceError('DOWNLOAD_FAILED', `${address} redirects without end.`);
  };
}
