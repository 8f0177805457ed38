// A package of the user's npm registry: where its tarball is, and what it must hash to. No dependency is looked at.
import { Readable } from 'node:stream';
import { InsightFaceError } from '../../errors.js';
import { type LoadedSettings, npmSettings } from './npm-settings.js';
import { connectionAdvice, type HttpResponse, type Request } from './request.js';

/** A version of a package. */
export interface NpmTarball {
  readonly request: Request;
  /** Subresource integrity, such as `sha512-...`, as the registry states it. */
  readonly integrity: string;
}

interface Packument {
  readonly versions?: Readonly<
    Record<string, { readonly dist?: { readonly tarball?: string; readonly integrity?: string } }>
  >;
}

/** @throws InsightFaceError `DOWNLOAD_FAILED` when the registry has no such version, or does not answer. */
export async function findNpmTarball(
  name: string,
  version: string,
  signal: AbortSignal,
): Promise<NpmTarball> {
  const [{ default: npmFetch }, loaded] = await Promise.all([import('npm-registry-fetch'), npmSettings()]);
  const spec = `${name}@${version}`;
  // npm waits 10 seconds before its first retry, which is long for someone who is offline.
  const retry = { retries: 2, minTimeout: 500, factor: 3 };
  const options = { ...loaded.settings, spec, signal, retry, userAgent: 'insightface-ts' };
  let packument: Packument;
  try {
    packument = await npmFetch.json(`/${name.replace('/', '%2f')}`, {
      ...options,
      headers: { accept: 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8' },
    });
  } catch (cause) {
    signal.throwIfAborted();
    const { statusCode, code, message } = cause as { statusCode?: number; code?: string; message?: string };
    const reason =
      statusCode === 404 ? 'it does not know the package' : (message ?? code ?? 'no reason was given');
    throw new InsightFaceError(
      'DOWNLOAD_FAILED',
      `The npm registry did not name ${spec}: ${reason}. ${connectionAdvice}`,
      { cause },
    );
  }
  const dist = packument.versions?.[version]?.dist;
  if (!dist?.tarball || !dist.integrity)
    throw new InsightFaceError('DOWNLOAD_FAILED', `The npm registry has no ${spec}, or no checksum for it.`);
  const url = tarballUrl(dist.tarball, npmFetch.pickRegistry(spec, loaded.settings), loaded);
  const request: Request = async (headers, requestSignal) => {
    const overrides = { headers: { ...headers }, signal: requestSignal, retry: { retries: 0 } };
    try {
      const response: unknown = await npmFetch(url, { ...options, ...overrides });
      return response as HttpResponse;
    } catch (error) {
      const status = (error as { statusCode?: unknown }).statusCode;
      if (typeof status !== 'number') throw error;
      return { status, headers: { get: () => null }, body: Readable.from([]) };
    }
  };
  return { request, integrity: dist.integrity };
}

/** A mirror may hand out addresses of the registry it mirrors; npm's `replace-registry-host` says what then. */
function tarballUrl(
  tarball: string,
  registry: string,
  { settings, defaultRegistryHost }: LoadedSettings,
): string {
  const url = new URL(tarball);
  const policy = settings.replaceRegistryHost ?? 'npmjs';
  const replaced = policy === 'npmjs' ? defaultRegistryHost : policy;
  if (policy !== 'always' && url.host !== replaced) return tarball;
  const base = new URL(registry);
  const prefix = base.pathname.replace(/\/$/, '');
  base.pathname = url.pathname.startsWith(`${prefix}/`) ? url.pathname : prefix + url.pathname;
  return base.href;
}
