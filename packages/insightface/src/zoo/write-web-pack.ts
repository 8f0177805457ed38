// A pack as static files for a web site: every model imported to ONNX, with its digest, and nothing to fetch elsewhere.
import { join } from 'node:path';
import { writeStream } from './fetch/write-file.js';
import { type LoadPackOptions, loadPack, type PackSource } from './load-pack.js';
import type { LoadedModel, ModelFile, ModelSpec, PackManifest } from './manifest.js';

/**
 * Writes `manifest.json` and the `.onnx` files of a pack into a folder that a web server can serve as it is. The folder
 * is a pack for Node as well.
 * @throws InsightFaceError as `loadPack`; `WRITE_FAILED`.
 */
export async function writeWebPack(
  source: PackSource,
  folder: string,
  options: LoadPackOptions = {},
): Promise<PackManifest> {
  const { manifest, models } = await loadPack(source, options);
  const written: ModelSpec[] = [];
  for (const model of models) written.push(await writeModel(model, folder));
  const pack = { ...manifest, models: written };
  const json = new TextEncoder().encode(`${JSON.stringify(pack, undefined, 2)}\n`);
  await writeStream(join(folder, 'manifest.json'), [json], { limit: json.length });
  return pack;
}

async function writeModel({ spec, files }: LoadedModel, folder: string): Promise<ModelSpec> {
  const written: ModelFile[] = [];
  const safeName = spec.name.replace(/[^\w.-]/g, '_');
  for (const [role, bytes] of files) {
    const file = files.size === 1 ? `${safeName}.onnx` : `${safeName}-${role}.onnx`;
    const sha256 = await writeStream(join(folder, file), [bytes], { limit: bytes.length });
    written.push({ role, file, format: 'onnx', sha256, bytes: bytes.length });
  }
  return { ...spec, files: written };
}
