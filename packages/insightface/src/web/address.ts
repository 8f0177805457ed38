import { InsightFaceError } from '../errors.js';

/**
 * The address of a folder, relative to the page or worker, with a slash at its end.
 * @throws InsightFaceError `INVALID_ARGUMENT`
 */
export function folderUrl(folder: string | URL): URL {
  const page = typeof document === 'undefined' ? globalThis.location.href : document.baseURI;
  if (!URL.canParse(String(folder), page))
    throw new InsightFaceError('INVALID_ARGUMENT', `"${String(folder)}" is no address of a folder.`);
  const url = new URL(folder, page);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
