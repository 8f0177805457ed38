import type { Match } from '@insightface-ts/gallery';
import type { Face } from 'insightface-ts';
import { type Static, Type } from 'typebox';
import { analyzePicture } from '../../images/analyze.js';
import { readOneImage } from '../../images/read-images.js';
import {
  type DecisionRules,
  matchToJson,
  nearest,
  passesLiveness,
  roundScore,
  rulesOf,
} from '../../people/decide.js';
import { faceToJson } from '../../schemas/face-json.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { MatchJson, Tags } from '../../schemas/people.js';
import { analysisOptions, FaceJson, ImageSize, ref, thresholdOptions } from '../../schemas/shared.js';
import type { App } from '../app.js';

const fields = { ...analysisOptions, ...thresholdOptions, tags: Type.Optional(Tags) };
const Query = Type.Object(fields);
const reasons = ['NOBODY', 'SIMILARITY', 'MARGIN', 'LIVENESS'] as const;

/** Who is it? One person a face, or nobody. */
export function addIdentify(app: App): void {
  const { services } = app;
  app.post(
    '/v1/identify',
    {
      config: { role: 'search' },
      schema: {
        operationId: 'identify',
        summary: 'Who each face is: one person, or nobody with the reason',
        tags: ['decisions'],
        querystring: Query,
        body: imageBody({ image: 'one' }, fields),
        response: {
          200: Type.Object({
            image: ref(ImageSize),
            threshold: Type.Number(),
            margin: Type.Number({ description: 'Asked for between the best and the next person' }),
            faces: Type.Array(
              Type.Object({
                ...FaceJson.properties,
                matches: Type.Array(ref(MatchJson), { maxItems: 1 }),
                margin: Type.Union([Type.Number(), Type.Null()], {
                  description:
                    'How much more similar the best person is than the next; null when there is none',
                }),
                reason: Type.Optional(Type.Enum([...reasons])),
              }),
            ),
          }),
        },
      },
    },
    async request => {
      const { tenant } = request.access;
      const { tags, ...options } = optionsOf<Static<typeof Query>>(request);
      const rules = rulesOf(request, options);
      const gallery = await services.galleries(tenant);
      const { width, height, faces } = await analyzePicture(request, await readOneImage(request), options);
      const found = await nearest(gallery, faces, { limit: 2, ...(tags && { tags }) });
      // Together, so that all records of a picture go to the disk at once.
      const decided = await Promise.all(
        faces.map(async ({ face, crop }, index) => {
          const { best, margin, reason } = decide(rules, face, found[index] ?? []);
          const outcome = reason === undefined ? 'accepted' : 'rejected';
          const accepted = reason === undefined ? best : undefined;
          await services.record(request, {
            action: 'identify',
            outcome,
            model: rules.recognizer.fingerprint,
            threshold: rules.threshold,
            ...(best && { score: roundScore(best.similarity) }),
            ...(accepted && { personId: accepted.personId }),
            details: { face: index, margin, reason: reason ?? null },
          });
          services.metrics.decisions.inc({ action: 'identify', outcome });
          return {
            ...faceToJson(face, options, crop),
            matches: accepted ? [await matchToJson(services, tenant, rules, accepted)] : [],
            margin,
            ...(reason && { reason }),
          };
        }),
      );
      return {
        image: { width, height },
        threshold: rules.threshold,
        margin: rules.settings.identifyMargin,
        faces: decided,
      };
    },
  );
}

function decide({ settings, threshold }: DecisionRules, face: Face, [best, next]: readonly Match[]) {
  const margin = best && next ? roundScore(best.similarity - next.similarity) : null;
  return { best, margin, reason: reasonAgainst() };

  function reasonAgainst(): (typeof reasons)[number] | undefined {
    if (!best) return 'NOBODY';
    if (best.similarity < threshold) return 'SIMILARITY';
    if (margin !== null && margin < settings.identifyMargin) return 'MARGIN';
    return passesLiveness(settings, face) ? undefined : 'LIVENESS';
  }
}
