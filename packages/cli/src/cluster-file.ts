// What `insightface cluster --state FILE` keeps between two runs.
import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import {
  type Box,
  type ClusterState,
  InsightFaceError,
  parseClusters,
  serializeClusters,
} from 'insightface-ts';

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
    const album = JSON.parse(text) as Album & { readonly format?: unknown; readonly version?: unknown };
    if (album.format !== format || album.version !== version) throw invalid();
    const { model, photos, faces } = album;
    if (typeof model !== 'string' || !photos || !faces) throw invalid();
    return { model, photos, faces, clusters: parseClusters(JSON.stringify(album.clusters)) };
  } catch (cause) {
    throw invalid(cause);
  }
}

/**
 * Writes an album, whole or not at all. Only the user may read it: it holds embeddings.
 * @throws InsightFaceError `WRITE_FAILED`.
 */
export async function writeAlbum(file: string, { clusters, ...rest }: Album): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const album = { format, version, ...rest, clusters: JSON.parse(serializeClusters(clusters)) as unknown };
  try {
    await writeFile(temporary, JSON.stringify(album), { mode: 0o600, flush: true });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new InsightFaceError('WRITE_FAILED', `${file} cannot be written. Check space and permissions.`, {
      cause,
    });
  }
}
