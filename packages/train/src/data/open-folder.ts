// A folder with one folder of images for each person, used as it is: aligned crops, or whole small pictures.
import { join } from 'node:path';
import { readPeople, type Size } from 'insightface-ts';
import { FaceDataset } from './face-dataset.js';

/**
 * Opens `PERSON/*.jpg` (or any other image format; folders may lie deeper). Labels follow the people's names in order.
 * @param imageSize what images are fitted into; default 112x112.
 * @throws InsightFaceError `FILE_NOT_FOUND`; `DATASET_INVALID` when there are no images in folders.
 */
export async function openFolder(
  folder: string,
  imageSize: Size = { width: 112, height: 112 },
): Promise<FaceDataset> {
  const { items } = await readPeople(folder);
  const people = [...new Set(items.map(({ person }) => person))].sort();
  const labelOf = new Map(people.map((person, label) => [person, label]));
  return new FaceDataset({
    path: folder,
    kind: 'folder',
    people,
    labels: Int32Array.from(items, ({ person }) => labelOf.get(person)!),
    imageSize,
    locate: index => ({ path: join(folder, items[index]!.image), offset: 0 }),
    sourceOf: index => items[index]?.image,
  });
}
