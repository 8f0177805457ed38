// Where a file comes from: `npm:package@version/path`, `https://host/file`, or `https://host/archive.zip#member`.
import { InsightFaceError } from '../../errors.js';

/** A parsed `source` of a manifest. */
export type Source = NpmSource | UrlSource;

/** A file of a package. */
export interface NpmSource {
  readonly kind: 'npm';
  readonly package: string;
  readonly version: string;
  /** Path inside the package, with `/`. */
  readonly path: string;
}

/** A file behind an address, or inside a zip archive there. */
export interface UrlSource {
  readonly kind: 'url';
  /** Without a fragment. */
  readonly url: string;
  /** The file inside, where the URL is a zip archive. */
  readonly member?: string;
}

const npmPattern =
  /^npm:((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)@(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)\/(.+)$/;
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Why this text is no source, or `undefined` when it is one. */
export function sourceProblem(text: string): string | undefined {
  if (text.startsWith('npm:')) {
    const [, , , path] = npmPattern.exec(text) ?? [];
    if (path === undefined) return 'must read npm:package@1.2.3/path, with an exact version';
    return relativePathProblem(path);
  }
  if (!URL.canParse(text)) return 'must start with npm: or https://';
  const url = new URL(text);
  if (url.username || url.password) return 'must hold no user name or password';
  if (!isAllowedUrl(url)) return 'must start with npm: or https://';
  const member = memberOf(url);
  if (member === undefined) return 'must name its zip member in percent-encoded UTF-8';
  return member === '' ? undefined : relativePathProblem(member);
}

/** @throws InsightFaceError `PACK_INVALID` */
export function parseSource(text: string): Source {
  const problem = sourceProblem(text);
  if (problem) throw new InsightFaceError('PACK_INVALID', `The source "${text}" ${problem}.`);
  const [, name, version, path] = npmPattern.exec(text) ?? [];
  if (name && version && path) return { kind: 'npm', package: name, version, path };
  const url = new URL(text);
  const member = memberOf(url);
  url.hash = '';
  return { kind: 'url', url: url.href, ...(member && { member }) };
}

/** The fragment, decoded; `undefined` where it does not decode. */
function memberOf(url: URL): string | undefined {
  try {
    return decodeURIComponent(url.hash.slice(1));
  } catch {
    return undefined;
  }
}

/** Encrypted, or never leaving this machine. */
export function isAllowedUrl(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.has(url.hostname));
}

/** Why this is no path to a file below a folder, on any system; `undefined` when it is one. */
export function relativePathProblem(path: string): string | undefined {
  if (path === '' || /[\\:\0]/.test(path)) return 'must be a relative path with forward slashes';
  if (path.split('/').some(part => part === '' || part === '.' || part === '..'))
    return 'must be a relative path that stays inside its folder';
  return undefined;
}

/** What is downloaded as one: files of the same origin come with one download. */
export function originOf(source: Source): string {
  return source.kind === 'npm' ? `npm:${source.package}@${source.version}` : source.url;
}
