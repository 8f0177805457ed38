import { existsSync } from 'node:fs';
import { type Gallery, type KeyRing, openKeyRing, openGallery as openPlace } from '@insightface-ts/gallery';
import { type FaceAnalysis, InsightFaceError } from 'insightface-ts';
import { recognizerOf } from './recognizer.js';

/** Where a gallery is, as commands take it. */
export interface GalleryPlace {
  /** A folder, or the URL of a database. */
  readonly gallery: string;
  /** The file with the master keys of an encrypted gallery. */
  readonly keyFile?: string;
}

export const keyFileFlag = '--key-file <file>';
export const keyFileHelp = 'master keys of an encrypted gallery, one a line in base64';

/** Opens a gallery for the embeddings that this analysis makes. */
export async function openGallery(
  place: GalleryPlace,
  app: FaceAnalysis,
  options: { readonly mustExist?: boolean } = {},
): Promise<Gallery> {
  const model = recognizerOf(app);
  if (options.mustExist) requireFolder(place.gallery);
  return openPlace(place.gallery, { model, ...(await encryptionOf(place.keyFile)) });
}

export async function encryptionOf(keyFile: string | undefined): Promise<{ encryption?: KeyRing }> {
  return keyFile === undefined ? {} : { encryption: await openKeyRing({ file: keyFile }) };
}

/** @throws InsightFaceError `FILE_NOT_FOUND` with the command that makes a gallery. */
export function requireFolder(location: string): void {
  if (!location.includes('://') && !existsSync(location))
    throw new InsightFaceError(
      'FILE_NOT_FOUND',
      `There is no gallery at ${location}. Make one: insightface enroll NAME PHOTO --gallery ${location}`,
    );
}
