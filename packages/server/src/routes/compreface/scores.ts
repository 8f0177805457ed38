// Similarities of embeddings that clients send or the gallery holds.
import type { Gallery, Template } from '@insightface-ts/gallery';
import type { FastifyRequest } from 'fastify';
import { normalize } from 'insightface-ts';
import { recognizerOf } from '../../people/decide.js';
import { CompreFaceRefusal } from './refusal.js';
import { similarityMap, toSimilarity } from './similarity.js';

/** CompreFace's similarity from a cosine. */
export function similarityOf(request: FastifyRequest): (cosine: number) => number {
  const map = similarityMap(recognizerOf(request.server.services));
  return cosine => toSimilarity(map, cosine);
}

/** @throws CompreFaceRefusal for a vector of another length, InsightFaceError `EMBEDDING_INVALID`. */
export function unitOf(request: FastifyRequest, values: readonly number[]): Float32Array {
  const { dimension } = recognizerOf(request.server.services);
  if (values.length !== dimension || !values.every(Number.isFinite) || !values.some(value => value !== 0))
    throw new CompreFaceRefusal(
      'INCORRECT_ARGUMENT',
      `An embedding has ${dimension} numbers, not all of them 0.`,
    );
  return normalize(Float32Array.from(values)).unit;
}

/** @throws CompreFaceRefusal `EMBEDDING_NOT_FOUND`. */
export async function savedFace(gallery: Gallery, imageId: string) {
  const person = await gallery.getByTemplate(imageId);
  const template = person?.templates.find(({ id }: Template) => id === imageId);
  if (!person || !template)
    throw new CompreFaceRefusal('EMBEDDING_NOT_FOUND', `There is no image ${imageId}.`);
  return { person, template };
}
