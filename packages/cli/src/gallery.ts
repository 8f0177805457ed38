import { existsSync } from 'node:fs';
import { Gallery } from '@insightface-ts/gallery';
import { type FaceAnalysis, InsightFaceError } from 'insightface-ts';

/** Opens a gallery for the embeddings that this analysis makes. */
export async function openGallery(
  folder: string,
  app: FaceAnalysis,
  options: { readonly mustExist?: boolean } = {},
): Promise<Gallery> {
  const model = app.recognizer;
  if (!model) throw new InsightFaceError('PACK_INVALID', 'The pack has no recogniser. Choose one that has.');
  if (options.mustExist && !existsSync(folder))
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no gallery at ${folder}. Make one: insightface enroll NAME PHOTO --gallery ${folder}`,
    );
  return Gallery.open(folder, {
    model: { name: model.name, dimension: model.dimension, fingerprint: model.fingerprint },
  });
}
