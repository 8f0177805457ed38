// What is loaded, and whether it works.
import { createImage } from 'insightface-ts';
import { Type } from 'typebox';
import { recognizerOf } from '../../people/decide.js';
import { version } from '../../version.js';
import type { App } from '../app.js';
import { Detail } from './schemas.js';

const tags = ['InsightFace-REST'];
const Anything = Type.Record(Type.String(), Type.Unknown());

export function addService(app: App): void {
  const { services } = app;
  app.get(
    '/info',
    {
      config: { role: 'any' },
      schema: {
        tags,
        summary: 'Version, models and defaults',
        response: {
          200: Type.Object({
            version: Type.String(),
            tensorrt_version: Type.Null(),
            log_level: Type.String(),
            models: Anything,
            defaults: Anything,
          }),
          default: Detail,
        },
      },
    },
    () => {
      const { models } = services.pool.pack;
      const nameOf = (task: string) => models.find(model => model.task === task)?.name ?? null;
      return {
        version,
        tensorrt_version: null,
        log_level: String(services.options.logLevel || 'none').toUpperCase(),
        models: {
          inference_backend: 'onnx',
          det_name: nameOf('detection'),
          rec_name: nameOf('recognition'),
          ga_name: nameOf('gender-age'),
          mask_detector: null,
        },
        defaults: {
          return_face_data: false,
          return_landmarks: false,
          extract_embedding: true,
          extract_ga: false,
          detect_masks: false,
          det_thresh: models.find(model => model.task === 'detection')?.threshold ?? null,
          img_req_headers: {},
        },
      };
    },
  );
  app.get(
    '/health',
    {
      config: { role: 'any' },
      schema: {
        tags,
        summary: 'Runs the networks once',
        response: { 200: Type.Object({ status: Type.String() }), default: Detail },
      },
    },
    async request => {
      const options = { tenant: request.access.tenant, signal: request.gone };
      const { inputSize, dimension } = recognizerOf(services);
      await services.pool.analyze(createImage(320, 240), options);
      const [embedding] = await services.pool.embedAligned([createImage(inputSize, inputSize)], options);
      if (embedding?.length !== dimension) throw new Error('The recogniser made no embedding.');
      return { status: 'ok' };
    },
  );
}
