// What people do with packs: see what is there, fetch, check, remove.
import { readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { InsightFaceError } from '../errors.js';
import { expectedDigest, hasSource, isStored, removeStored, type SourcedFile } from './fetch/stored-files.js';
import { storedPath } from './fetch/stored-path.js';
import { modelHome } from './home.js';
import { importedPath, partsOf } from './import-model.js';
import { type LoadPackOptions, loadPack, openPack, type PackSource, sourcedFiles } from './load-pack.js';
import type { PackManifest } from './manifest.js';
import { builtinPacks } from './packs/index.js';
import { sha256Of } from './sha256.js';

/** A known pack and what of it is fetched. */
export interface PackState {
  readonly manifest: PackManifest;
  /** `ready`: all but optional models can be loaded offline. */
  readonly state: 'ready' | 'partial' | 'absent';
  /** Bytes of its files on the disk. */
  readonly bytes: number;
}

/** Every known pack. */
export function listPacks(): Promise<PackState[]> {
  return Promise.all(builtinPacks.map(packState));
}

async function packState(manifest: PackManifest): Promise<PackState> {
  const needed = sourcedFiles({ ...manifest, models: manifest.models.filter(model => !model.optional) });
  const there = await Promise.all(needed.map(isStored));
  const sizes = await Promise.all(sourcedFiles(manifest).map(file => sizeOf(storedPath(file))));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { manifest, state: there.every(Boolean) ? 'ready' : bytes > 0 ? 'partial' : 'absent', bytes };
}

/**
 * Fetches, checks and imports everything of a pack, optional models as well.
 * @throws InsightFaceError as {@link loadPack}.
 */
export async function pullPack(source: PackSource, options: Omit<LoadPackOptions, 'tasks' | 'include'> = {}) {
  const manifest = await readPack(source);
  await loadPack(source, { ...options, include: manifest.models.map(model => model.task) });
  return manifest;
}

/**
 * The manifest of a pack; nothing is fetched.
 * @throws InsightFaceError `PACK_INVALID`, `MODEL_INVALID`, `FILE_NOT_FOUND`.
 */
export async function readPack(source: PackSource): Promise<PackManifest> {
  return (await openPack(source, () => undefined, undefined)).manifest;
}

/** One file of a pack on the disk. */
export interface FileCheck {
  readonly model: string;
  readonly file: string;
  /** `unpinned`: it is there, and nobody states what it must hash to. */
  readonly state: 'ok' | 'unpinned' | 'damaged' | 'absent';
  /** Hex SHA-256 of what is there. */
  readonly sha256?: string;
}

/**
 * Compares every file of a pack with its SHA-256; nothing is fetched.
 * @throws InsightFaceError `PACK_INVALID`, `MODEL_INVALID`, `FILE_NOT_FOUND`.
 */
export async function verifyPack(source: PackSource): Promise<FileCheck[]> {
  const { manifest, files } = await openPack(source, () => undefined, undefined);
  const checks: FileCheck[] = [];
  for (const model of manifest.models)
    for (const file of model.files) {
      const read = hasSource(file) ? readFile(storedPath(file)) : files?.read(file.file);
      const bytes = await read?.catch(() => undefined);
      const named = { model: model.name, file: file.file };
      if (!bytes) {
        checks.push({ ...named, state: 'absent' });
        continue;
      }
      const part = file.range && !hasSource(file) ? bytes.subarray(...file.range) : bytes;
      const sha256 = sha256Of(part);
      const expected = hasSource(file) ? await expectedDigest(file) : file.sha256;
      const state = expected === undefined ? 'unpinned' : expected === sha256 ? 'ok' : 'damaged';
      checks.push({ ...named, state, sha256 });
    }
  return checks;
}

/**
 * Removes the files of a known pack from the model home, but for those that another fetched pack needs.
 * @returns How many bytes were freed.
 * @throws InsightFaceError `PACK_INVALID` when no pack has that name.
 */
export async function removePack(name: string): Promise<number> {
  const manifest = builtinPacks.find(pack => pack.name === name);
  if (!manifest)
    throw new InsightFaceError(
      'PACK_INVALID',
      `No known pack is named "${name}". Known are ${builtinPacks.map(pack => pack.name).join(', ')}.`,
    );
  const others = (await listPacks()).filter(
    ({ manifest: other, state }) => other !== manifest && state === 'ready',
  );
  const kept = new Set(sourcedFiles(...others.map(other => other.manifest)).map(storedPath));
  let freed = 0;
  for (const model of manifest.models)
    for (const file of model.files.filter(hasSource)) {
      if (kept.has(storedPath(file))) continue;
      freed += await removeFile(file);
      const imported = importedPath(partsOf(model, file), part => part.sha256);
      if (imported) {
        freed += await sizeOf(imported);
        await rm(imported, { force: true });
      }
    }
  return freed;
}

async function removeFile(file: SourcedFile): Promise<number> {
  const path = storedPath(file);
  const size = await sizeOf(path);
  await removeStored(file);
  // Folders that are empty now go as well.
  for (let folder = dirname(path); folder.length > modelHome().length; folder = dirname(folder))
    if (
      !(await rmdir(folder).then(
        () => true,
        () => false,
      ))
    )
      break;
  return size;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
