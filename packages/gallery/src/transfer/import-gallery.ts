import { checkSameModel } from '../models.js';
import type { Counts, Gallery, GalleryModel } from '../types.js';
import { readExport } from './read.js';

/**
 * Adds the people of an exported file, which is checked from end to end before the first is added.
 * @param adopt gives the model of the file to a gallery that has none.
 * @throws InsightFaceError `FILE_NOT_FOUND`, `GALLERY_INVALID` for a file that is damaged, `MODEL_MISMATCH`.
 */
export async function importGallery(
  gallery: Gallery,
  file: string,
  adopt: (model: GalleryModel) => Promise<void>,
): Promise<Counts> {
  const { model, people } = await readExport(file);
  if (!model) return { people: 0, templates: 0 };
  if (!gallery.model) await adopt(model);
  checkSameModel(model, gallery.model, gallery.location);
  return gallery.importPeople(people);
}
