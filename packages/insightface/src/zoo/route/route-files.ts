// A folder of bare .onnx files becomes a pack by reading their graphs, as InsightFace's Python package does.
import { type Graph, OnnxError, readModel } from '@insightface-ts/onnx';
import { InsightFaceError } from '../../errors.js';
import type { ModelSpec, PackManifest } from '../manifest.js';
import { knownModel } from './known-files.js';
import type { PackFiles } from './pack-files.js';
import { type Compatibility, routeGraph } from './route-graph.js';

/** A pack made from bare files. */
export interface RoutedPack {
  readonly manifest: PackManifest;
  /** Bytes of every model, by file name: each file is read once. */
  readonly bytes: ReadonlyMap<string, Uint8Array>;
}

const unknownLicense = 'not stated (files without a manifest)';

/**
 * Of several models of one task the first by name counts; of landmark models, the first of each family.
 * @throws InsightFaceError `PACK_INVALID` when no file is a model that is known, `MODEL_INVALID` for a damaged file.
 */
export async function routeFiles(
  files: PackFiles,
  onNotice: (text: string) => void,
  compatibility?: Compatibility,
): Promise<RoutedPack> {
  const models = new Map<string, ModelSpec>();
  const bytes = new Map<string, Uint8Array>();
  for (const file of files.names.filter(name => name.toLowerCase().endsWith('.onnx'))) {
    const data = await files.read(file);
    const spec = routeFile(file, data, compatibility);
    if (typeof spec === 'string') {
      onNotice(`${file} is ignored: it is ${spec}.`);
      continue;
    }
    const slot = spec.task === 'landmark' ? spec.family : spec.task;
    const first = models.get(slot);
    if (first) {
      onNotice(`${file} is ignored: ${first.files[0]?.file} is the pack's model for ${spec.task} already.`);
      continue;
    }
    models.set(slot, spec);
    bytes.set(file, data);
  }
  if (models.size === 0)
    throw new InsightFaceError(
      'PACK_INVALID',
      `The pack ${files.name} holds neither a manifest.json nor an .onnx file of a kind that is known.`,
    );
  const manifest = {
    name: files.name,
    title: `${models.size} models, told by their graphs`,
    license: unknownLicense,
    models: [...models.values()],
  };
  return { manifest, bytes };
}

function routeFile(file: string, bytes: Uint8Array, compatibility: Compatibility): ModelSpec | string {
  const known = knownModel(bytes);
  const fields = {
    name: file.replace(/\.onnx$/i, ''),
    files: [{ role: 'model', file, format: 'onnx' as const, bytes: bytes.length }],
  };
  // The Python package knows no files, only graphs, and it routes to detectors and recognisers alike.
  if (known && !(compatibility === 'insightface' && known.family === 'arcface'))
    return { ...known, ...fields };
  const graph = readGraph(file, bytes);
  const route = typeof graph === 'string' ? graph : routeGraph(graph, compatibility);
  if (typeof route === 'string') return route;
  return { ...fields, license: known?.license ?? unknownLicense, ...route };
}

/** A damaged file is an error; one that only uses what this library cannot read is none of its models. */
function readGraph(file: string, bytes: Uint8Array): Graph | string {
  try {
    return readModel(bytes).graph;
  } catch (cause) {
    if (!(cause instanceof OnnxError)) throw cause;
    if (cause.code === 'MODEL_UNSUPPORTED') return `not readable (${cause.message})`;
    throw new InsightFaceError('MODEL_INVALID', `${file}: ${cause.message}`, { cause });
  }
}
