// A ClusterState as JSON text. Embeddings are base64 of 32-bit floats, lowest byte first.
import { InsightFaceError } from '../errors.js';
import type { ClusteredFace, ClusterState } from './state.js';

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
  const { threshold, faces, names, merges, apart, nextCluster, nextMerge }: Partial<SavedState> = value;
  if (
    typeof threshold !== 'number' ||
    typeof nextCluster !== 'number' ||
    typeof nextMerge !== 'number' ||
    !isObject(names) ||
    !Array.isArray(faces) ||
    !Array.isArray(merges) ||
    !Array.isArray(apart)
  )
    throw invalid('a field is missing');
  return {
    threshold,
    names,
    merges,
    apart,
    nextCluster,
    nextMerge,
    faces: faces.map(face => parseFace(face, invalid)),
  };
}

interface SavedState extends Omit<ClusterState, 'faces'> {
  readonly faces: readonly unknown[];
}

function parseFace(face: unknown, invalid: (what: string) => Error): ClusteredFace {
  const { id, photo, cluster, embedding } = isObject(face) ? face : {};
  if (
    typeof id !== 'string' ||
    typeof photo !== 'string' ||
    typeof cluster !== 'string' ||
    typeof embedding !== 'string'
  )
    throw invalid('a face is incomplete');
  return { id, photo, cluster, embedding: fromBase64(embedding) };
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
