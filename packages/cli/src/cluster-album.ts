// Brings an album up to date with its folder: analyses photos that are new or changed, forgets those that are gone.
import { stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { addFaces, type FaceAnalysis, type FaceToCluster, removePhotos } from 'insightface-ts';
import { type Album, type AlbumPhoto, photoOf } from './cluster-file.js';

export interface PhotoError {
  readonly image: string;
  readonly error: Error;
}

/** Returns the album as its folder is now, and the photos that could not be read. */
export async function updateAlbum(
  album: Album,
  folder: string,
  files: readonly string[],
  app: FaceAnalysis,
  onProgress: (done: number, total: number) => void,
): Promise<{ album: Album; errors: PhotoError[] }> {
  const present = new Map<string, AlbumPhoto>();
  for (const file of files) {
    const info = await stat(file).catch(() => undefined);
    if (info) present.set(nameIn(folder, file), { bytes: info.size, modified: info.mtimeMs });
  }
  const isCurrent = (name: string) => {
    const [now, before] = [present.get(name), album.photos[name]];
    return now && before && now.bytes === before.bytes && now.modified === before.modified;
  };
  const photos = new Map(Object.entries(album.photos).filter(([name]) => isCurrent(name)));
  const stale = new Set(Object.keys(album.photos).filter(name => !photos.has(name)));
  const boxes = new Map(Object.entries(album.faces).filter(([id]) => !stale.has(photoOf(id))));
  const errors: PhotoError[] = [];
  const added: FaceToCluster[] = [];
  const fresh = [...present.keys()].filter(name => !photos.has(name));
  let done = 0;
  for await (const item of app.stream(fresh.map(name => join(folder, name)))) {
    const photo = nameIn(folder, item.input);
    onProgress(++done, fresh.length);
    if ('error' in item) {
      errors.push({ image: photo, error: item.error });
      continue;
    }
    photos.set(photo, present.get(photo)!);
    for (const [index, { bbox, detScore, embedding }] of item.faces.entries()) {
      const id = `${photo}#${index}`;
      if (!embedding) continue;
      boxes.set(id, { bbox, detScore });
      added.push({ id, photo, embedding });
    }
  }
  const clusters = addFaces(removePhotos(album.clusters, stale), added);
  return {
    album: { ...album, photos: Object.fromEntries(photos), faces: Object.fromEntries(boxes), clusters },
    errors,
  };
}

function nameIn(folder: string, file: string): string {
  return relative(folder, file).split(sep).join('/');
}
