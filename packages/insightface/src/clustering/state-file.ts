// A ClusterState as JSON text. Embeddings are base64 of 32-bit floats, lowest byte first.
import * as v from 'valibot';
import { InsightFaceError } from '../errors.js';
import { type ClusterState, numberOf } from './state.js';

const format = 'insightface-clusters';
const version = 1;

/** The state as text, for a file. */
export function serializeClusters(state: ClusterState): string {
  const faces = state.faces.map(face => ({ ...face, embedding: toBase64(face.embedding) }));
  return JSON.stringify({ format, version, ...state, faces });
}

/**
 * Reads what {@link serializeClusters} wrote.
 * @throws InsightFaceError `DATASET_INVALID` when the text is something else or damaged.
 */
export function parseClusters(text: string): ClusterState {
  const invalid = (what: string, cause?: unknown) =>
    new InsightFaceError(
      'DATASET_INVALID',
      `This is no saved clustering: ${what}. Cluster the photos anew.`,
      { cause },
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
  if (!isObject(value) || value['format'] !== format) throw invalid('its format is not stated');
  if (value['version'] !== version) throw invalid('a newer version of this library wrote it');
  const result = v.safeParse(savedState, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw invalid(`${v.getDotPath(issue) ?? 'it'} is wrong: ${issue.message}`);
  }
  const { faces, ...rest } = result.output;
  const state = { ...rest, faces: faces.map(face => ({ ...face, embedding: fromBase64(face.embedding) })) };
  const contradiction = findContradiction(state);
  if (contradiction !== undefined) throw invalid(contradiction);
  return state;
}

const cluster = v.pipe(v.string(), v.regex(/^p\d{1,15}$/, 'must be p and a number'));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const savedState = v.object({
  threshold: v.pipe(v.number(), v.minValue(-1), v.maxValue(1)),
  faces: v.array(
    v.object({
      id: v.string(),
      photo: v.string(),
      embedding: v.pipe(v.string(), v.base64('must be base64')),
      cluster,
    }),
  ),
  names: v.record(cluster, v.string()),
  merges: v.array(
    v.object({
      id: count,
      into: cluster,
      from: cluster,
      faces: v.array(v.string()),
      similarity: v.number(),
      by: v.picklist(['linkage', 'user']),
    }),
  ),
  apart: v.array(v.strictTuple([v.string(), v.string()])),
  nextCluster: count,
  nextMerge: count,
});

/** What no state that was written here can be; `undefined` for a sound one. */
function findContradiction({ faces, merges, nextCluster, nextMerge }: ClusterState): string | undefined {
  const dimension = faces[0]?.embedding.length ?? 0;
  const ids = new Set<string>();
  for (const { id, embedding, cluster } of faces) {
    if (ids.has(id)) return `the face ${id} is there twice`;
    ids.add(id);
    const square = embedding.reduce((sum, value) => sum + value * value, 0);
    if (embedding.length !== dimension || !(Math.abs(square - 1) < 1e-3))
      return `the embedding of the face ${id} is not as it was`;
    if (numberOf(cluster) >= nextCluster) return `the cluster ${cluster} was never made`;
  }
  if (merges.some(({ id }) => id >= nextMerge)) return 'a merge is there that was never made';
  return undefined;
}

function toBase64(embedding: Float32Array): string {
  let binary = '';
  for (const byte of new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength))
    binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
  return new Float32Array(bytes.buffer, 0, bytes.length >> 2);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
