// TFLite and TF.js files become ONNX once; the result is kept in the model home.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importTfjs, importTflite, type Model, OnnxError, writeModel } from '@insightface-ts/onnx';
import { InsightFaceError } from '../errors.js';
import { writeStream } from './fetch/write-file.js';
import { modelHome } from './home.js';
import type { ModelFile, ModelSpec } from './manifest.js';
import { sha256Of } from './sha256.js';

/** Raised whenever the importers write another graph for the same file. */
const importerVersion = 1;

/** Reads one file of a model, checked. */
export type ReadFile = (file: ModelFile) => Promise<Uint8Array>;

/**
 * The ONNX bytes of a model, by role.
 * @param digest - The SHA-256 that a file is known to have; where it is known, a kept import saves reading the file.
 * @throws InsightFaceError `MODEL_INVALID` when a file does not import, `PACK_INVALID` when weights are missing.
 */
export async function importModel(
  spec: ModelSpec,
  read: ReadFile,
  digest: (file: ModelFile) => string | undefined,
  onNotice: (text: string) => void,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const file of spec.files) {
    if (file.format === 'onnx') files.set(file.role, await read(file));
    else if (file.format !== 'binary')
      files.set(file.role, await importFile(spec, file, read, digest, onNotice));
  }
  return files;
}

/** Files in the model home that importing this model made. */
export function importedPath(files: readonly ModelFile[], digest: (file: ModelFile) => string | undefined) {
  const digests = files.map(digest);
  if (digests.some(hex => hex === undefined)) return undefined;
  const key = sha256Of(digests.join()).slice(0, 32);
  return join(modelHome(), 'imported', `${key}-v${importerVersion}.onnx`);
}

/** A TF.js graph comes with its weights; a TFLite file is whole. */
export function partsOf(spec: ModelSpec, file: ModelFile): readonly ModelFile[] {
  return file.format === 'tfjs' ? [file, ...spec.files.filter(({ format }) => format === 'binary')] : [file];
}

async function importFile(
  spec: ModelSpec,
  file: ModelFile,
  read: ReadFile,
  digest: (file: ModelFile) => string | undefined,
  onNotice: (text: string) => void,
): Promise<Uint8Array> {
  const parts = partsOf(spec, file);
  if (file.format === 'tfjs' && parts.length < 2)
    throw new InsightFaceError(
      'PACK_INVALID',
      `The TF.js model ${spec.name} names no file of format "binary" for its weights.`,
    );
  const known = importedPath(parts, digest);
  const kept = known && (await readKept(known));
  if (kept) return kept;
  const bytes: Uint8Array[] = [];
  for (const part of parts) bytes.push(await read(part));
  const digests = new Map(parts.map((part, index) => [part, sha256Of(bytes[index] ?? new Uint8Array())]));
  const path = importedPath(parts, part => digests.get(part));
  const again = path && path !== known ? await readKept(path) : undefined;
  if (again) return again;
  const onnx = writeModel(convert(spec, file, bytes));
  if (path) await keep(path, onnx, onNotice);
  return onnx;
}

function convert(spec: ModelSpec, file: ModelFile, [first, ...rest]: readonly Uint8Array[]): Model {
  const bytes = first ?? new Uint8Array();
  try {
    return file.format === 'tflite' ? importTflite(bytes) : importTfjs(bytes, Buffer.concat(rest));
  } catch (cause) {
    if (!(cause instanceof OnnxError)) throw cause;
    throw new InsightFaceError(
      'MODEL_INVALID',
      `${file.file} of the model ${spec.name} does not import. ${cause.message}`,
      { cause },
    );
  }
}

/** The bytes are followed by their own SHA-256, so that a damaged copy is made again. */
async function readKept(path: string): Promise<Uint8Array | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (!file || file.length < 32) return undefined;
  const onnx = file.subarray(0, -32);
  return createHash('sha256').update(onnx).digest().equals(file.subarray(-32)) ? onnx : undefined;
}

async function keep(path: string, onnx: Uint8Array, onNotice: (text: string) => void): Promise<void> {
  try {
    const digest = createHash('sha256').update(onnx).digest();
    await writeStream(path, [onnx, digest], { limit: onnx.length + digest.length });
  } catch (error) {
    if (!(error instanceof InsightFaceError && error.code === 'WRITE_FAILED')) throw error;
    onNotice(`The imported model is not kept and will be imported again next time. ${error.message}`);
  }
}
