// What `insightface cluster --state FILE` keeps between two runs.
import { readFile } from 'node:fs/promises';
import {
  type Box,
  type ClusterState,
  InsightFaceError,
  parseClusters,
  serializeClusters,
} from 'insightface-ts';
import { writeOutput } from './output-file.js';

const format = 'insightface-cluster-album';
const version = 1;

/** A photo as it was when it was analysed. */
export interface AlbumPhoto {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** A folder of photos with the people in it. */
export interface Album {
  /** Fingerprint of the recogniser. */
  readonly model: string;
  /** By path below the folder, with forward slashes. */
  readonly photos: Readonly<Record<string, AlbumPhoto>>;
  /** By face id, `PHOTO#INDEX`. */
  readonly faces: Readonly<Record<string, { readonly bbox: Box; readonly detScore: number }>>;
  readonly clusters: ClusterState;
}

/**
 * Reads an album, or `undefined` when there is no such file.
 * @throws InsightFaceError `DATASET_INVALID` when the file is something else or damaged.
 */
export async function readAlbum(file: string): Promise<Album | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Check the path.`, { cause });
  }
  const invalid = (cause?: unknown) =>
    new InsightFaceError(
      'DATASET_INVALID',
      `${file} is no saved clustering, or is damaged. Delete it, or give another path, to cluster anew.`,
      { cause },
    );
  try {
    const album = JSON.parse(text) as Partial<Record<keyof Album | 'format' | 'version', unknown>>;
    if (album.format !== format || album.version !== version) throw invalid();
    const { model, photos, faces } = album;
    const clusters = parseClusters(JSON.stringify(album.clusters));
    if (typeof model !== 'string' || !isRecordOf(photos, isPhoto) || !isRecordOf(faces, isFace))
      throw invalid();
    const known = clusters.faces.every(
      ({ id, photo }) => Object.hasOwn(faces, id) && Object.hasOwn(photos, photo) && photoOf(id) === photo,
    );
    if (!known) throw invalid();
    return { model, photos, faces, clusters };
  } catch (cause) {
    throw invalid(cause);
  }
}

/** The photo of a face id. */
export function photoOf(id: string): string {
  return id.slice(0, id.lastIndexOf('#'));
}

function isPhoto(value: unknown): value is AlbumPhoto {
  return isObject(value) && isFiniteNumber(value['bytes']) && isFiniteNumber(value['modified']);
}

function isFace(value: unknown): value is Album['faces'][string] {
  const { bbox, detScore } = isObject(value) ? value : {};
  return Array.isArray(bbox) && bbox.length === 4 && bbox.every(isFiniteNumber) && isFiniteNumber(detScore);
}

function isRecordOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is Record<string, T> {
  return isObject(value) && Object.values(value).every(isItem);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/**
 * Writes an album, whole or not at all. Only the user may read it: it holds embeddings.
 * @throws InsightFaceError `WRITE_FAILED`.
 */
export async function writeAlbum(file: string, { clusters, ...rest }: Album): Promise<void> {
  const album = { format, version, ...rest, clusters: JSON.parse(serializeClusters(clusters)) as unknown };
  await writeOutput(file, JSON.stringify(album), { secret: true });
}
