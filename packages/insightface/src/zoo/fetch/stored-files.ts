// The files of a pack in the model home: fetched once, checked on every read.
import { createReadStream } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { InsightFaceError } from '../../errors.js';
import type { ModelFile } from '../manifest.js';
import { mismatch } from '../mismatch.js';
import { sha256Of } from '../sha256.js';
import { discard, download } from './download.js';
import { withLock } from './lock.js';
import { findNpmTarball } from './npm.js';
import { urlRequest } from './request.js';
import { originOf, parseSource, type Source } from './source.js';
import { originFolder, storedPath } from './stored-path.js';
import { archiveLimits, install, type Target } from './unpack.js';
import { unpackTar } from './unpack-tar.js';
import { unpackZip } from './unpack-zip.js';
import { writeStream } from './write-file.js';

/** How far the download of one source is. */
export interface DownloadProgress {
  /** What is being fetched: `npm:package@version` or an address. */
  readonly source: string;
  /** Bytes so far. */
  readonly received: number;
  /** Bytes in all, where the server says so. */
  readonly total?: number;
}

/** How files are fetched. */
export interface FetchOptions {
  /** Never use the network. */
  readonly offline?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly onNotice: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** A file that has a source. */
export type SourcedFile = ModelFile & { readonly source: string };

/** Whether a file is fetched, rather than lying beside its manifest. */
export function hasSource(file: ModelFile): file is SourcedFile {
  return file.source !== undefined;
}

/** Whether a file was fetched; whether it is whole shows when it is read. */
export async function isStored(file: SourcedFile): Promise<boolean> {
  return stat(storedPath(file)).then(
    entry => entry.isFile(),
    () => false,
  );
}

/**
 * Fetches what is not there yet: one download for each origin. `wanted` are the files needed now; of `also`, what
 * comes with the same download is kept for later.
 * @throws InsightFaceError `DOWNLOAD_FAILED`, `CHECKSUM_MISMATCH`, `WRITE_FAILED`, `ABORTED`.
 */
export async function fetchFiles(
  wanted: readonly SourcedFile[],
  also: readonly SourcedFile[],
  options: FetchOptions,
): Promise<void> {
  const origins = new Map<string, SourcedFile[]>();
  for (const file of wanted)
    if (!(await isStored(file))) {
      const origin = originOf(parseSource(file.source));
      origins.set(origin, [...(origins.get(origin) ?? []), file]);
    }
  for (const [origin, files] of origins) {
    if (options.offline)
      throw new InsightFaceError(
        'DOWNLOAD_FAILED',
        `${files[0]?.file} is not in the model cache, and offline was asked for. Fetch it once with a connection: insightface models pull NAME.`,
      );
    const siblings = also.filter(file => originOf(parseSource(file.source)) === origin);
    await fetchOrigin(origin, files, siblings, options);
  }
}

async function fetchOrigin(
  origin: string,
  wanted: readonly SourcedFile[],
  also: readonly SourcedFile[],
  options: FetchOptions,
): Promise<void> {
  const [first] = wanted;
  if (!first) return;
  const folder = originFolder(parseSource(first.source));
  const signal = options.signal ?? new AbortController().signal;
  try {
    await withLock(
      `${folder}.lock`,
      async () => {
        // Another process may have fetched it while this one waited.
        const absent = await notStored([...wanted, ...also]);
        if (!absent.some(file => wanted.includes(file))) return;
        await fetchNow(origin, `${folder}.part`, absent, options, signal);
      },
      { signal },
    );
  } catch (error) {
    if (signal.aborted)
      throw new InsightFaceError(
        'ABORTED',
        'The download was aborted; what arrived is kept for the next try.',
        {
          cause: signal.reason,
        },
      );
    throw error;
  }
}

async function fetchNow(
  origin: string,
  part: string,
  files: readonly SourcedFile[],
  options: FetchOptions,
  signal: AbortSignal,
): Promise<void> {
  const source = parseSource(files[0]?.source ?? '');
  const tarball =
    source.kind === 'npm' ? await findNpmTarball(source.package, source.version, signal) : undefined;
  const request = tarball?.request ?? urlRequest(origin);
  await download(request, part, {
    name: origin,
    signal,
    limit: archiveLimits.totalBytes,
    ...(tarball && { integrity: tarball.integrity }),
    onProgress: (received, total) =>
      options.onProgress?.({ source: origin, received, ...(total !== undefined && { total }) }),
  });
  try {
    await unpack(part, origin, files, options);
  } catch (error) {
    // A full disk is no fault of the download; whatever else is wrong with it will not be better tomorrow.
    if (!(error instanceof InsightFaceError && error.code === 'WRITE_FAILED')) await discard(part);
    throw error;
  }
  await discard(part);
}

async function unpack(part: string, origin: string, files: readonly SourcedFile[], options: FetchOptions) {
  const wanted = new Map<string, Target[]>();
  let kind: Source['kind'] | 'zip' = 'url';
  for (const file of files) {
    const source = parseSource(file.source);
    if (source.kind === 'npm') kind = 'npm';
    else if (source.member !== undefined) kind = 'zip';
    const member = source.kind === 'npm' ? source.path : (source.member ?? '');
    wanted.set(member, [...(wanted.get(member) ?? []), await targetOf(file, options)]);
  }
  if (kind === 'npm') return unpackTar(part, origin, wanted);
  if (kind === 'zip') return unpackZip(part, origin, wanted);
  for (const target of wanted.get('') ?? []) await install(target, createReadStream(part));
}

/** A file without a pinned digest is trusted when it is first fetched, and held to that digest ever after. */
async function targetOf(file: SourcedFile, options: FetchOptions): Promise<Target> {
  const path = storedPath(file);
  const expected = await expectedDigest(file);
  return {
    path,
    ...(expected !== undefined && { sha256: expected }),
    ...(file.range && { range: file.range }),
    ...(expected === undefined && {
      accept: async (sha256: string) => {
        await writeStream(`${path}.sha256`, [Buffer.from(sha256)], { limit: 64 });
        options.onNotice(
          `${file.file}: its maker publishes no checksum. This copy has SHA-256 ${sha256}; from now on only that is accepted.`,
        );
      },
    }),
  };
}

/** The digest of the manifest, or the one recorded at the first fetch. */
export async function expectedDigest(file: SourcedFile): Promise<string | undefined> {
  return file.sha256 ?? (await readFile(`${storedPath(file)}.sha256`, 'utf8').catch(() => undefined));
}

async function notStored(files: readonly SourcedFile[]): Promise<SourcedFile[]> {
  const absent = new Map<string, SourcedFile>();
  for (const file of files) if (!(await isStored(file))) absent.set(storedPath(file), file);
  return [...absent.values()];
}

/**
 * Bytes of a fetched file. A copy that was damaged on the disk is fetched again.
 * @throws InsightFaceError `CHECKSUM_MISMATCH` when it is damaged and offline, or arrives wrong again.
 */
export async function readStored(file: SourcedFile, options: FetchOptions): Promise<Uint8Array> {
  const path = storedPath(file);
  const expected = await expectedDigest(file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `${path} cannot be read. Check its permissions, or remove it and fetch it again: insightface models pull NAME.`,
      { cause },
    );
  });
  const actual = sha256Of(bytes);
  if (actual === expected) return bytes;
  if (options.offline || expected === undefined)
    throw mismatch(path, expected ?? 'a recorded digest', actual);
  options.onNotice(`${path} is damaged and is fetched again.`);
  await rm(path, { force: true });
  await fetchFiles([file], [], options);
  return readFile(path);
}

/** Removes a fetched file, and what was recorded of it. */
export async function removeStored(file: SourcedFile): Promise<void> {
  const path = storedPath(file);
  await rm(path, { recursive: true, force: true });
  await rm(`${path}.sha256`, { force: true });
}
