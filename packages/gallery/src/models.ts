import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel } from './types.js';

/**
 * The model, checked, and without whatever else a recogniser's description holds: this is stored.
 * @throws InsightFaceError `INVALID_ARGUMENT`.
 */
export function checkModel({ name, dimension, fingerprint }: GalleryModel): GalleryModel {
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

/**
 * The model that was named when the gallery was opened: without it nobody knows what an embedding means.
 * @throws InsightFaceError `MODEL_MISMATCH`.
 */
export function requireModel(model: GalleryModel | undefined): GalleryModel {
  if (!model)
    throw new InsightFaceError(
      'MODEL_MISMATCH',
      'Name the model that makes your embeddings: openGallery(location, { model: app.recognizer }).',
    );
  return model;
}
