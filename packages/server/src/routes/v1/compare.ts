import type { FastifyRequest } from 'fastify';
import { dot } from 'insightface-ts';
import { type Static, Type } from 'typebox';
import { HttpError } from '../../errors/http-error.js';
import { ImageSource } from '../../images/image-source.js';
import { readOneImage } from '../../images/read-images.js';
import { passesLiveness, probeOf, roundScore, rulesOf } from '../../people/decide.js';
import { requirePersonBy } from '../../people/find-person.js';
import { faceToJson } from '../../schemas/face-json.js';
import { optionsOf } from '../../schemas/image-body.js';
import {
  type AnalysisOptions,
  analysisOptions,
  FaceJson,
  ref,
  thresholdOptions,
} from '../../schemas/shared.js';
import { confidenceOf } from '../../settings/threshold.js';
import type { App } from '../app.js';

const fields = { ...analysisOptions, ...thresholdOptions };
const Query = Type.Object(fields);
const PersonName = Type.Object({ person: Type.String({ minLength: 1, maxLength: 512 }) });
const file = Type.Optional(Type.String({ format: 'binary' }));

/** Two pictures, or a person and a picture: is it one person? */
export function addCompare(app: App): void {
  app.post(
    '/v1/compare',
    {
      config: { role: 'verify' },
      schema: {
        operationId: 'compare',
        summary: 'Compare the largest faces of two pictures',
        tags: ['decisions'],
        querystring: Query,
        body: {
          content: {
            'application/json': {
              schema: Type.Object({
                source: Type.Union([ref(ImageSource), PersonName]),
                target: ref(ImageSource),
                ...fields,
              }),
            },
            'multipart/form-data': { schema: Type.Object({ source: file, target: file, ...fields }) },
          },
        },
        response: {
          200: Type.Object({
            similarity: Type.Number(),
            confidence: Type.Union([Type.Number(), Type.Null()]),
            threshold: Type.Number(),
            match: Type.Boolean(),
            source: Type.Optional(ref(FaceJson)),
            target: ref(FaceJson),
          }),
        },
      },
    },
    async request => {
      const options = optionsOf<Static<typeof Query>>(request);
      const rules = rulesOf(request, options);
      const target = await probeOf(request, await readOneImage(request, 'target'), options);
      const { similarity, face, personId } = await compareSource(request, target.embedding, options);
      const live = passesLiveness(rules.settings, target.probe.face);
      const match = live && similarity >= rules.threshold;
      await request.server.services.record(request, {
        action: 'compare',
        outcome: match ? 'accepted' : 'rejected',
        model: rules.recognizer.fingerprint,
        threshold: rules.threshold,
        score: roundScore(similarity),
        ...(personId !== undefined && { personId }),
        details: { live },
      });
      request.server.services.metrics.decisions.inc({
        action: 'compare',
        outcome: match ? 'accepted' : 'rejected',
      });
      return {
        similarity: roundScore(similarity),
        confidence: confidenceOf(rules.recognizer, similarity),
        threshold: rules.threshold,
        match,
        ...(face && { source: face }),
        target: faceToJson(target.probe.face, options, target.probe.crop),
      };
    },
  );
}

async function compareSource(request: FastifyRequest, embedding: Float32Array, options: AnalysisOptions) {
  const named = namedPerson(request.body);
  if (named === undefined) {
    const source = await probeOf(request, await readOneImage(request, 'source'), options);
    return {
      similarity: dot(source.embedding, embedding),
      face: faceToJson(source.probe.face, options, source.probe.crop),
    };
  }
  const gallery = await request.server.services.galleries(request.access.tenant);
  const { id, name, templates } = await requirePersonBy(gallery, named);
  if (templates.length === 0) throw new HttpError('CONFLICT', 'This person has no faces yet. Enrol one.');
  const { similarity } = await gallery.verify(name, embedding);
  return { similarity, personId: id };
}

function namedPerson(body: unknown): string | undefined {
  const source = (body as { readonly source?: unknown } | null | undefined)?.source;
  if (typeof source !== 'object' || source === null || !('person' in source)) return undefined;
  return typeof source.person === 'string' ? source.person : undefined;
}
