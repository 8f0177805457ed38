// From the name of a pack, a folder, a manifest or bytes to models that can be opened.
import { access, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted } from '../abort.js';
import { InsightFaceError } from '../errors.js';
import { type ChosenTasks, chooseModels } from './choose-models.js';
import {
  type DownloadProgress,
  type FetchOptions,
  fetchFiles,
  hasSource,
  readStored,
  type SourcedFile,
} from './fetch/stored-files.js';
import { modelHome } from './home.js';
import { importModel, type ReadFile } from './import-model.js';
import { isInsightfaceV2, readInsightfaceV2 } from './insightface-v2.js';
import type { LoadedModel, ModelFile, ModelSpec, PackManifest } from './manifest.js';
import { checkManifest } from './manifest-schema.js';
import { mismatch } from './mismatch.js';
import { builtinPacks } from './packs/index.js';
import { folderFiles, memoryFiles, type PackFiles } from './route/pack-files.js';
import { routeFiles } from './route/route-files.js';
import { sha256Of } from './sha256.js';

/**
 * What a pack is made from: the name of a known pack; a folder, with a `manifest.json` (ours or InsightFace 2.x) or
 * with bare InsightFace `.onnx` files; a manifest whose files all have sources; or the files of a folder as bytes.
 */
export type PackSource = string | PackManifest | ReadonlyMap<string, Uint8Array>;

/** What {@link loadPack} takes. */
export interface LoadPackOptions extends ChosenTasks {
  /** Never use the network. */
  readonly offline?: boolean;
  /** Told while something downloads. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Told what a person should know once: licences, ignored files. Default: standard error. */
  readonly onNotice?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal;
  /** `insightface`: mean and std of bare files guessed as its Python package does. */
  readonly compatibility?: 'insightface';
}

/** What {@link loadPack} gives. */
export interface LoadedPack {
  readonly manifest: PackManifest;
  readonly models: LoadedModel[];
}

/** A pack before anything of it is fetched. */
export interface OpenPack {
  readonly manifest: PackManifest;
  /** Where files without a source are. */
  readonly files: PackFiles | undefined;
}

/**
 * Fetches what is missing, checks every file against its SHA-256, and imports what is no ONNX.
 * @throws InsightFaceError `PACK_INVALID`, `MODEL_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`, `WRITE_FAILED`,
 * `FILE_NOT_FOUND`, `ABORTED`.
 * @example
 * const { models } = await loadPack('open', { tasks: ['recognition'] });
 * console.log(models[0]?.spec.name, models[0]?.files.get('model')?.length); // fr_feature 4884269
 */
export async function loadPack(source: PackSource, options: LoadPackOptions = {}): Promise<LoadedPack> {
  throwIfAborted(options.signal);
  const onNotice = options.onNotice ?? (text => process.stderr.write(`${text}\n`));
  const fetchOptions: FetchOptions = {
    onNotice,
    ...(options.offline !== undefined && { offline: options.offline }),
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.signal && { signal: options.signal }),
  };
  const { manifest, files } = await openPack(source, onNotice, options.compatibility);
  const specs = chooseModels(manifest, options);
  const read = await prepareFiles(manifest, specs, files, fetchOptions);
  const models: LoadedModel[] = [];
  for (const spec of specs) {
    throwIfAborted(options.signal);
    models.push({ spec, files: await importModel(spec, read, file => file.sha256, onNotice) });
  }
  return { manifest, models };
}

/** Finds the manifest of a pack and where its files are; nothing is fetched. */
export async function openPack(
  source: PackSource,
  onNotice: (text: string) => void,
  compatibility: LoadPackOptions['compatibility'],
): Promise<OpenPack> {
  if (source instanceof Map) return openFiles(memoryFiles(source), onNotice, compatibility);
  if (typeof source === 'object')
    return { manifest: checkManifest(source, 'that was given'), files: undefined };
  const builtin = builtinPacks.find(({ name }) => name === source);
  if (builtin) return { manifest: builtin, files: undefined };
  const isFolder = await stat(source).then(
    entry => entry.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new InsightFaceError(
      'PACK_INVALID',
      `"${source}" is neither a folder nor a known pack. Known are ${builtinPacks.map(({ name }) => name).join(', ')}.`,
    );
  return openFiles(await folderFiles(source), onNotice, compatibility);
}

async function openFiles(
  files: PackFiles,
  onNotice: (text: string) => void,
  compatibility: LoadPackOptions['compatibility'],
): Promise<OpenPack> {
  if (!files.names.includes('manifest.json')) {
    const { manifest, bytes } = await routeFiles(files, onNotice, compatibility);
    return { manifest, files: { ...files, read: async file => bytes.get(file) ?? files.read(file) } };
  }
  const data = parseManifest(await files.read('manifest.json'), files.name);
  const manifest = isInsightfaceV2(data)
    ? readInsightfaceV2(data, files.name, onNotice)
    : checkManifest(data, files.name);
  return { manifest, files };
}

function parseManifest(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new InsightFaceError('PACK_INVALID', `The manifest.json of the pack ${name} is no JSON.`, {
      cause,
    });
  }
}

/** Fetches what has a source and is not there yet, and returns a function that reads any file, checked. */
async function prepareFiles(
  manifest: PackManifest,
  specs: readonly ModelSpec[],
  files: PackFiles | undefined,
  options: FetchOptions,
): Promise<ReadFile> {
  const sourced = specs.flatMap(spec => spec.files).filter(hasSource);
  if (sourced.length > 0) {
    await showLicense(manifest, options.onNotice);
    await fetchFiles(sourced, sourcedFiles(manifest, ...builtinPacks), options);
  }
  return async file => {
    if (hasSource(file)) return readStored(file, options);
    if (!files)
      throw new InsightFaceError(
        'PACK_INVALID',
        `The manifest of the pack ${manifest.name} gives ${file.file} no source, and there is no folder to take it from.`,
      );
    const bytes = await files.read(file.file);
    const part = file.range ? bytes.subarray(...file.range) : bytes;
    checkDigest(file, part);
    return part;
  };
}

/** Every file of some packs that is fetched from somewhere. */
export function sourcedFiles(...packs: readonly PackManifest[]): SourcedFile[] {
  return packs.flatMap(pack => pack.models.flatMap(model => model.files.filter(hasSource)));
}

function checkDigest(file: ModelFile, bytes: Uint8Array): void {
  if (file.sha256 === undefined) return;
  const actual = sha256Of(bytes);
  if (actual !== file.sha256) throw mismatch(file.file, file.sha256, actual);
}

/** Tells the licences of a pack once in the life of a model home. */
async function showLicense(manifest: PackManifest, onNotice: (text: string) => void): Promise<void> {
  const licenses = manifest.models.map(({ name, license }) => `${name}: ${license}`);
  const text = `The pack ${manifest.name} comes under these licences: ${licenses.join('; ')}. Details: insightface models info ${manifest.name}`;
  const digest = sha256Of(text).slice(0, 16);
  const folder = join(modelHome(), 'notices');
  const marker = join(folder, `${manifest.name}-${digest}`);
  const shown = await access(marker).then(
    () => true,
    () => false,
  );
  if (shown) return;
  onNotice(text);
  // Where nothing can be written, the notice is told again; the download itself will say what is wrong.
  await mkdir(folder, { recursive: true })
    .then(() => writeFile(marker, text))
    .catch(() => undefined);
}
