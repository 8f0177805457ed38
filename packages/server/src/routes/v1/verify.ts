import { type Static, Type } from 'typebox';
import { HttpError } from '../../errors/http-error.js';
import { readOneImage } from '../../images/read-images.js';
import { passesLiveness, probeOf, roundScore, rulesOf } from '../../people/decide.js';
import { requirePersonBy } from '../../people/find-person.js';
import { faceToJson } from '../../schemas/face-json.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { analysisOptions, FaceJson, ref, thresholdOptions } from '../../schemas/shared.js';
import { confidenceOf } from '../../settings/threshold.js';
import type { App } from '../app.js';

const person = Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'Id or name' }));
const Query = Type.Object({ ...analysisOptions, ...thresholdOptions, person });

/** Is this the person it is said to be? */
export function addVerify(app: App): void {
  const { services } = app;
  app.post(
    '/v1/verify',
    {
      config: { role: 'verify' },
      schema: {
        operationId: 'verify',
        summary: 'Is the largest face of the picture this person’s?',
        tags: ['decisions'],
        querystring: Query,
        body: imageBody({ image: 'one' }, { ...analysisOptions, ...thresholdOptions, person }),
        response: {
          200: Type.Object({
            match: Type.Boolean(),
            similarity: Type.Number(),
            confidence: Type.Union([Type.Number(), Type.Null()]),
            threshold: Type.Number(),
            far: Type.Union([Type.Number(), Type.Null()], { description: 'The rate that set the threshold' }),
            reason: Type.Optional(Type.Union([Type.Literal('SIMILARITY'), Type.Literal('LIVENESS')])),
            face: ref(FaceJson),
            person: Type.Object({ id: Type.String(), name: Type.String() }),
          }),
        },
      },
    },
    async request => {
      const options = optionsOf<Static<typeof Query>>(request);
      if (options.person === undefined)
        throw new HttpError('INVALID_REQUEST', 'Say who it should be: the field person, an id or a name.');
      const rules = rulesOf(request, options);
      const gallery = await services.galleries(request.access.tenant);
      const claimed = await requirePersonBy(gallery, options.person);
      if (claimed.templates.length === 0)
        throw new HttpError('CONFLICT', 'This person has no faces yet. Enrol one.');
      const { probe, embedding } = await probeOf(request, await readOneImage(request), options);
      const { similarity } = await gallery.verify(claimed.name, embedding);
      const live = passesLiveness(rules.settings, probe.face);
      const match = live && similarity >= rules.threshold;
      const outcome = match ? 'accepted' : 'rejected';
      await services.record(request, {
        action: 'verify',
        outcome,
        model: rules.recognizer.fingerprint,
        threshold: rules.threshold,
        score: roundScore(similarity),
        personId: claimed.id,
        details: { live },
      });
      services.metrics.decisions.inc({ action: 'verify', outcome });
      const byRate =
        options.threshold === undefined && (options.far !== undefined || rules.settings.threshold === null);
      return {
        match,
        similarity: roundScore(similarity),
        confidence: confidenceOf(rules.recognizer, similarity),
        threshold: rules.threshold,
        far: byRate ? (options.far ?? rules.settings.far) : null,
        ...(!match && { reason: live ? ('SIMILARITY' as const) : ('LIVENESS' as const) }),
        face: faceToJson(probe.face, options, probe.crop),
        person: { id: claimed.id, name: claimed.name },
      };
    },
  );
}
