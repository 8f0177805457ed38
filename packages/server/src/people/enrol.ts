// From pictures to templates of a person: which faces are good enough, what was kept, what was refused and why.
import type { Gallery } from '@insightface-ts/gallery';
import type { FastifyRequest } from 'fastify';
import { describeError } from '../errors/describe-error.js';
import { HttpError } from '../errors/http-error.js';
import {
  type AnalyzedPicture,
  analyzePicture,
  type FoundFace,
  largestFace,
  sideOf,
} from '../images/analyze.js';
import type { ReceivedImage } from '../images/received-image.js';
import type { Services } from '../services.js';
import type { Settings } from '../settings/settings.js';

export interface Rejected {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** A face that may be enrolled. */
export interface Candidate extends FoundFace {
  readonly image: string;
  readonly embedding: Float32Array;
}

export interface Enrolled extends Candidate {
  readonly templateId: string;
}

/**
 * The face of each picture, or why it is not good enough.
 * @param largest take the largest face of pictures that show several.
 * @throws HttpError, InsightFaceError when the service cannot answer now, such as `BUSY`.
 */
export async function chooseFaces(
  request: FastifyRequest,
  images: readonly ReceivedImage[],
  largest: boolean,
  detThresh?: number,
): Promise<{ candidates: Candidate[]; rejected: Rejected[] }> {
  const settings = request.server.services.settings.get(request.access.tenant);
  const candidates: Candidate[] = [];
  const rejected: Rejected[] = [];
  await Promise.all(
    images.map(async image => {
      try {
        const options = {
          crops: settings.keepPhotos,
          attributes: false,
          ...(detThresh !== undefined && { detThresh }),
        };
        const picture = await analyzePicture(request, image, options);
        candidates.push(faceToEnrol(image.name, picture, settings, largest));
      } catch (error) {
        const { status, code, message } = describeError(error);
        if (status >= 500) throw error;
        rejected.push({ name: image.name, code, message });
      }
    }),
  );
  const order = images.map(({ name }) => name);
  candidates.sort((a, b) => order.indexOf(a.image) - order.indexOf(b.image));
  return { candidates, rejected };
}

/** @throws HttpError `NO_USABLE_FACE` with the first reason when there were pictures and none is good enough. */
export function requireSome(candidates: readonly Candidate[], rejected: readonly Rejected[]): void {
  const [first] = rejected;
  if (candidates.length === 0 && first)
    throw new HttpError('NO_USABLE_FACE', `No picture can be enrolled: ${first.message}`, {
      details: { rejected },
    });
}

/** Adds the faces to a person, and their crops where photos are kept. Call it within `exclusively`. */
export async function enrolFaces(
  { photos, settings }: Services,
  tenant: string,
  gallery: Gallery,
  name: string,
  candidates: readonly Candidate[],
): Promise<Enrolled[]> {
  const enrolled: Enrolled[] = [];
  for (const candidate of candidates) {
    const [templateId = ''] = await gallery.enroll(name, candidate.embedding, { source: candidate.image });
    enrolled.push({ ...candidate, templateId });
  }
  const person = await gallery.get(name);
  if (person && settings.get(tenant).keepPhotos)
    for (const { templateId, crop } of enrolled)
      if (crop) await photos.put(tenant, person.id, templateId, crop);
  return enrolled;
}

/** The face of an analysed picture. @throws HttpError with why it is not good enough. */
export function faceToEnrol(
  image: string,
  { faces }: AnalyzedPicture,
  settings: Settings,
  largest: boolean,
): Candidate {
  const found = largestFace(faces);
  if (!found) throw new HttpError('NO_FACE', 'There is no face in the picture.');
  if (faces.length > 1 && !largest)
    throw new HttpError(
      'SEVERAL_FACES',
      `The picture shows ${faces.length} faces. Cut out the one, or send largest=true.`,
    );
  const { face } = found;
  if (sideOf(face) < settings.minFaceSize)
    throw new HttpError('FACE_TOO_SMALL', `The face is smaller than ${settings.minFaceSize} pixels.`);
  if (face.quality < settings.minQuality)
    throw new HttpError('LOW_QUALITY', `The face’s quality is below ${settings.minQuality}.`);
  if (settings.liveness.required && (face.liveness ?? 0) < settings.liveness.threshold)
    throw new HttpError('NOT_LIVE', 'The face does not count as live.');
  if (!face.normedEmbedding) throw new HttpError('INTERNAL', 'The pack made no embedding.');
  return { ...found, image, embedding: face.normedEmbedding };
}
