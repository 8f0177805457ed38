// From a folder to an open store that holds a gallery of the right model.
import { InsightFaceError } from 'insightface-ts';
import { PeopleStore } from './people-store.js';
import { format, type HeaderRecord, version } from './records.js';
import { Store } from './store.js';
import { inspectFolder } from './store-file.js';
import type { GalleryModel, GalleryOptions } from './types.js';

/** @throws InsightFaceError as {@link Gallery.open}. */
export async function openGalleryStore(folder: string, options: GalleryOptions): Promise<Store> {
  const { readonly = false } = options;
  const model = options.model && onlyModel(options.model);
  const create = !readonly && (options.create ?? model !== undefined);
  const found = await inspectFolder(folder);
  if (found === 'empty' && !create)
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no gallery at ${folder}. Check the path, or open it with a model to make one.`,
    );
  const store = await Store.open(folder, readonly);
  try {
    const people = new PeopleStore(store);
    checkHeader(people.header, store.isEmpty && create, folder);
    const wanted = model ?? people.header?.model;
    if (!readonly && (!people.header || (model && !people.header.model)))
      await store.write(() => {
        // Another process may have been quicker.
        const model = people.header?.model ?? wanted;
        people.putHeader({ format, version, ...(model && { model }) });
      });
    if (model) checkSameModel(model, people.header?.model, folder);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** @throws InsightFaceError `MODEL_MISMATCH` when the embeddings of the two must not be compared. */
export function checkSameModel(given: GalleryModel, own: GalleryModel | undefined, where: string): void {
  if (own && given.fingerprint === own.fingerprint && given.dimension === own.dimension) return;
  const describe = (model: GalleryModel | undefined) =>
    model ? `${model.name} (${model.dimension} numbers, ${model.fingerprint.slice(0, 12)})` : 'no model';
  throw new InsightFaceError(
    'MODEL_MISMATCH',
    `${where} holds embeddings of ${describe(own)}, but ${describe(given)} was given. Use the same model, or make a new gallery and enrol the photos again.`,
  );
}

/** Checked, and without whatever else a recogniser's description holds: this is written to the disk. */
function onlyModel({ name, dimension, fingerprint }: GalleryModel): GalleryModel {
  if (
    name === '' ||
    fingerprint === '' ||
    !Number.isInteger(dimension) ||
    dimension < 1 ||
    dimension > 65_536
  )
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'A model has a name, a fingerprint, and a dimension from 1 to 65536.',
    );
  return { name, dimension, fingerprint };
}

function checkHeader(header: HeaderRecord | undefined, isNew: boolean, folder: string): void {
  if (isNew) return;
  if (header?.format !== format)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${folder} holds a database of another program. Name a gallery or a new folder.`,
    );
  if (header.version !== version)
    throw new InsightFaceError(
      'GALLERY_INVALID',
      `${folder} was made by a newer version of this library (format ${header.version}). Update the library.`,
    );
}
