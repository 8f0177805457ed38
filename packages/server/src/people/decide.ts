// Decisions about faces: one to one, and one among many.
import type { Gallery, Match } from '@insightface-ts/gallery';
import type { FastifyRequest } from 'fastify';
import { type Face, InsightFaceError, type RecognizerInfo } from 'insightface-ts';
import { type AnalyzedPicture, analyzePicture, type FoundFace, largestFace } from '../images/analyze.js';
import type { ReceivedImage } from '../images/received-image.js';
import { type MatchJson, photoPath } from '../schemas/people.js';
import type { AnalysisOptions } from '../schemas/shared.js';
import type { Services } from '../services.js';
import type { Settings } from '../settings/settings.js';
import { confidenceOf, type ThresholdChoice, thresholdFor } from '../settings/threshold.js';

/** What decides in this request. */
export interface DecisionRules {
  readonly recognizer: RecognizerInfo;
  readonly settings: Settings;
  /** Cosine. */
  readonly threshold: number;
}

/** @throws InsightFaceError `INVALID_ARGUMENT` for a rate that was not measured. */
export function rulesOf(request: FastifyRequest, choice: ThresholdChoice): DecisionRules {
  const { settings, pool } = request.server.services;
  const own = settings.get(request.access.tenant);
  const recognizer = recognizerOf({ pool });
  return { recognizer, settings: own, threshold: thresholdFor(recognizer, own, choice) };
}

export function recognizerOf({ pool }: Pick<Services, 'pool'>): RecognizerInfo {
  if (pool.recognizer) return pool.recognizer;
  throw new InsightFaceError('PACK_INVALID', 'The pack has no recogniser. Choose one that has.');
}

/** The largest face of a picture. @throws InsightFaceError `NO_FACE`. */
export async function probeOf(
  request: FastifyRequest,
  image: ReceivedImage,
  options: AnalysisOptions,
): Promise<{ picture: AnalyzedPicture; probe: FoundFace; embedding: Float32Array }> {
  const picture = await analyzePicture(request, image, options);
  const probe = largestFace(picture.faces);
  if (!probe)
    throw new InsightFaceError('NO_FACE', 'There is no face in the picture. Send one with a clear face.');
  return { picture, probe, embedding: embeddingOf(probe.face) };
}

/** Unit length. */
export function embeddingOf({ normedEmbedding }: Face): Float32Array {
  if (normedEmbedding) return normedEmbedding;
  throw new InsightFaceError('PACK_INVALID', 'The pack made no embedding. Choose one with a recogniser.');
}

/** True where liveness is not asked for, or the face passes. */
export function passesLiveness({ liveness: asked }: Settings, { liveness = 0 }: Face): boolean {
  return !asked.required || liveness >= asked.threshold;
}

/** Best persons of each face, best first. */
export function nearest(
  gallery: Gallery,
  faces: readonly FoundFace[],
  options: { readonly limit: number; readonly tags?: readonly string[] },
): Promise<Match[][]> {
  const embeddings = faces.map(({ face }) => embeddingOf(face));
  if (embeddings.length === 0) return Promise.resolve([]);
  return gallery.searchMany(embeddings, options);
}

export async function matchToJson(
  { photos }: Services,
  tenant: string,
  { recognizer, threshold }: DecisionRules,
  { personId, name, tags = [], similarity, templateId }: Match,
): Promise<MatchJson> {
  const kept = await photos.has(tenant, personId, templateId);
  return {
    person: { id: personId, name, tags: [...tags] },
    similarity: roundScore(similarity),
    confidence: confidenceOf(recognizer, similarity),
    match: similarity >= threshold,
    templateId,
    ...(kept && { photo: photoPath(personId, templateId) }),
  };
}

export function roundScore(value: number): number {
  return Number(value.toFixed(6));
}
