// The people of an album on standard output.
import { listClusters, type MergeSuggestion, suggestMerges } from 'insightface-ts';
import type { PhotoError } from './cluster-album.js';
import type { Album } from './cluster-file.js';
import { errorToJson } from './face-json.js';
import { reportFailure } from './report-error.js';
import { formatTable } from './table.js';
import { print, visible } from './terminal.js';

const shownPhotos = 3;

/** The whole clustering as one object. */
export function albumToJson({ photos, faces, clusters: state }: Album, errors: readonly PhotoError[]) {
  return {
    images: Object.keys(photos).length,
    faces: state.faces.length,
    threshold: state.threshold,
    clusters: listClusters(state).map(({ id, name, faces: members }) => ({
      id,
      ...(name !== undefined && { name }),
      size: members.length,
      faces: members.map(face => ({
        id: face.id,
        image: face.photo,
        bbox: faces[face.id]?.bbox.map(value => Number(value.toFixed(3))),
        detScore: Number(faces[face.id]?.detScore.toFixed(5)),
      })),
    })),
    merges: state.merges.map(({ faces: moved, ...merge }) => ({ ...merge, size: moved.length })),
    suggestions: suggestMerges(state),
    errors: errors.map(({ image, error }) => ({ image, error: errorToJson(error) })),
  };
}

/** A table for people. `command` is what brought the album here, for the hints. */
export function printAlbum(
  { photos, clusters: state }: Album,
  errors: readonly PhotoError[],
  command: string,
): void {
  for (const { image, error } of errors) reportFailure(image, errorToJson(error));
  const clusters = listClusters(state);
  const several = clusters.filter(({ faces, name }) => faces.length > 1 || name !== undefined);
  print(
    `${state.faces.length} faces in ${Object.keys(photos).length} photos; people in several photos: ${several.length}; faces that appear once: ${clusters.length - several.length}\n`,
  );
  if (several.length > 0)
    print(
      formatTable([
        ['id', 'name', 'faces', 'photos'],
        ...several.map(({ id, name, faces }) => [id, name ?? '', String(faces.length), somePhotos(faces)]),
      ]),
    );
  printSuggestions(suggestMerges(state), command);
}

function printSuggestions(suggestions: readonly MergeSuggestion[], command: string): void {
  if (suggestions.length === 0) return;
  print('\nPerhaps one person:');
  for (const { clusters, similarity } of suggestions)
    print(`  ${visible(command)} --merge ${clusters.join(' ')}    (similarity ${similarity.toFixed(2)})`);
}

function somePhotos(faces: readonly { readonly photo: string }[]): string {
  const more = faces.length > shownPhotos ? ` and ${faces.length - shownPhotos} more` : '';
  return (
    faces
      .slice(0, shownPhotos)
      .map(({ photo }) => photo)
      .join(', ') + more
  );
}
