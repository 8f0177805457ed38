// A pack behind an address: manifest.json and its ONNX files, as `insightface models web` writes them. Files are checked
// against their SHA-256 and kept in Cache Storage under it, so that the next visit fetches the manifest alone.
import { throwIfAborted } from '../abort.js';
import { InsightFaceError } from '../errors.js';
import { type ChosenTasks, chooseModels } from '../zoo/choose-models.js';
import type { DownloadProgress } from '../zoo/fetch/stored-files.js';
import type { LoadedModel, ModelFile, ModelSpec, PackManifest } from '../zoo/manifest.js';
import { checkManifest } from '../zoo/manifest-schema.js';
import { mismatch } from '../zoo/mismatch.js';
import { folderUrl } from './address.js';
import { sha256Of } from './sha256.js';

export interface WebPackOptions extends ChosenTasks {
  /** Told while a file downloads; not for files that are kept already. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal;
}

const cacheName = 'insightface-ts';

/**
 * Loads the models of a pack.
 * @param pack - Address of the folder with its `manifest.json`, relative to the page.
 * @throws InsightFaceError `PACK_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`, `ABORTED`.
 */
export async function loadWebPack(
  pack: string | URL,
  options: WebPackOptions = {},
): Promise<{ readonly manifest: PackManifest; readonly models: LoadedModel[] }> {
  throwIfAborted(options.signal);
  const base = folderUrl(pack);
  const cache = await openCache();
  const manifest = await fetchManifest(base, cache, options);
  const specs = chooseModels(manifest, options);
  const models = await Promise.all(
    specs.map(async spec => ({ spec, files: await loadFiles(spec, base, cache, options) })),
  );
  return { manifest, models };
}

async function loadFiles(
  spec: ModelSpec,
  base: URL,
  cache: Cache | undefined,
  options: WebPackOptions,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const file of spec.files) {
    if (file.format !== 'onnx' || file.range)
      throw new InsightFaceError(
        'PACK_INVALID',
        `${spec.name} is not in the form that browsers load. Write the pack by: insightface models web NAME --out FOLDER`,
      );
    files.set(file.role, await loadFile(file, base, cache, options));
  }
  return files;
}

async function loadFile(
  file: ModelFile,
  base: URL,
  cache: Cache | undefined,
  options: WebPackOptions,
): Promise<Uint8Array> {
  const url = new URL(file.file, base);
  if (file.sha256) url.searchParams.set('sha256', file.sha256);
  const kept = file.sha256 ? await cache?.match(url) : undefined;
  if (kept) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if ((await sha256Of(bytes)) === file.sha256) return bytes;
  }
  const bytes = await download(url, options);
  if (file.sha256) {
    const actual = await sha256Of(bytes);
    if (actual !== file.sha256) throw mismatch(url.href, file.sha256, actual);
    await keep(cache, url, bytes, options);
  }
  return bytes;
}

async function fetchManifest(
  base: URL,
  cache: Cache | undefined,
  options: WebPackOptions,
): Promise<PackManifest> {
  const url = new URL('manifest.json', base);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await download(url, options);
  } catch (error) {
    // Without a network the pack of the last visit serves; a server that answers otherwise is heard.
    const kept = navigator.onLine ? undefined : await cache?.match(url);
    if (!kept) throw error;
    bytes = new Uint8Array(await kept.arrayBuffer());
  }
  const manifest = checkManifest(parse(bytes, url), base.href);
  await keep(cache, url, bytes, options);
  return manifest;
}

function parse(bytes: Uint8Array, url: URL): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new InsightFaceError(
      'PACK_INVALID',
      `${url.href} is no JSON. Does the site serve the pack there?`,
      { cause },
    );
  }
}

async function download(url: URL, { signal, onProgress }: WebPackOptions): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(url, { cache: 'no-cache', ...(signal && { signal }) });
    if (!response.ok || !response.body)
      throw new InsightFaceError('DOWNLOAD_FAILED', `${url.href} answers with status ${response.status}.`);
    const length = Number(response.headers.get('content-length'));
    // A body that is unpacked on the way is longer than its length says.
    const total = length > 0 && !response.headers.has('content-encoding') ? { total: length } : {};
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    let received = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { value, done } = await reader.read();
      if (done) break;
      chunks.push(value);
      received += value.length;
      onProgress?.({ source: url.href, received, ...total });
    }
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } catch (cause) {
    if (cause instanceof InsightFaceError) throw cause;
    throwIfAborted(signal);
    throw new InsightFaceError('DOWNLOAD_FAILED', `${url.href} could not be fetched: ${String(cause)}`, {
      cause,
    });
  }
}

/** Not there on pages that are not secure, nor where the user forbids storage. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(cacheName).catch(() => undefined);
}

/** Keeps a file, and lets go of other versions of it. */
async function keep(
  cache: Cache | undefined,
  url: URL,
  bytes: Uint8Array<ArrayBuffer>,
  { onNotice }: WebPackOptions,
): Promise<void> {
  try {
    await cache?.delete(url, { ignoreSearch: true });
    await cache?.put(url, new Response(bytes));
  } catch (error) {
    onNotice?.(`${url.pathname} is not kept and will be fetched again next time: ${String(error)}`);
  }
}
