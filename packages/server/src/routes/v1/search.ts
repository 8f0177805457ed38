import { type Static, Type } from 'typebox';
import { analyzePicture } from '../../images/analyze.js';
import { readOneImage } from '../../images/read-images.js';
import { matchToJson, nearest, roundScore, rulesOf } from '../../people/decide.js';
import { faceToJson } from '../../schemas/face-json.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { MatchJson, Tags } from '../../schemas/people.js';
import { analysisOptions, FaceJson, ImageSize, ref, thresholdOptions } from '../../schemas/shared.js';
import type { App } from '../app.js';

const fields = {
  ...analysisOptions,
  ...thresholdOptions,
  tags: Type.Optional(Tags),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'Most people a face. Default 5' }),
  ),
};
const Query = Type.Object(fields);

/** Whom do the faces of a picture resemble most? */
export function addSearch(app: App): void {
  const { services } = app;
  app.post(
    '/v1/search',
    {
      config: { role: 'search' },
      schema: {
        operationId: 'search',
        summary: 'The people most like each face; `match` says who reaches the threshold',
        tags: ['decisions'],
        querystring: Query,
        body: imageBody({ image: 'one' }, fields),
        response: {
          200: Type.Object({
            image: ref(ImageSize),
            threshold: Type.Number(),
            faces: Type.Array(Type.Object({ ...FaceJson.properties, matches: Type.Array(ref(MatchJson)) })),
          }),
        },
      },
    },
    async request => {
      const { tenant } = request.access;
      const { limit = 5, tags, ...options } = optionsOf<Static<typeof Query>>(request);
      const rules = rulesOf(request, options);
      const gallery = await services.galleries(tenant);
      const { width, height, faces } = await analyzePicture(request, await readOneImage(request), options);
      const found = await nearest(gallery, faces, { limit, ...(tags && { tags }) });
      const best = found.flatMap(matches => matches.slice(0, 1)).map(({ similarity }) => similarity);
      await services.record(request, {
        action: 'search',
        outcome: best.some(similarity => similarity >= rules.threshold) ? 'accepted' : 'rejected',
        model: rules.recognizer.fingerprint,
        threshold: rules.threshold,
        ...(best.length > 0 && { score: roundScore(Math.max(...best)) }),
        details: { faces: faces.length },
      });
      return {
        image: { width, height },
        threshold: rules.threshold,
        faces: await Promise.all(
          faces.map(async ({ face, crop }, index) => ({
            ...faceToJson(face, options, crop),
            matches: await Promise.all(
              (found[index] ?? []).map(match => matchToJson(services, tenant, rules, match)),
            ),
          })),
        ),
      };
    },
  );
}
