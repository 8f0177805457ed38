import { existsSync } from 'node:fs';
import { Gallery } from '@insightface-ts/gallery';
import { type FaceAnalysis, InsightFaceError } from 'insightface-ts';
import { recognizerOf } from './recognizer.js';

/** Opens a gallery for the embeddings that this analysis makes. */
export async function openGallery(
  folder: string,
  app: FaceAnalysis,
  options: { readonly mustExist?: boolean } = {},
): Promise<Gallery> {
  const model = recognizerOf(app);
  if (options.mustExist) requireFolder(folder);
  return Gallery.open(folder, { model });
}

/** @throws InsightFaceError `FILE_NOT_FOUND` with the command that makes a gallery. */
export function requireFolder(folder: string): void {
  if (!existsSync(folder))
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no gallery at ${folder}. Make one: insightface enroll NAME PHOTO --gallery ${folder}`,
    );
}
