import { Type } from 'typebox';
import { analyzePicture } from '../../images/analyze.js';
import { readOneImage } from '../../images/read-images.js';
import { faceToJson } from '../../schemas/face-json.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { AnalysisOptions, analysisOptions, FaceJson, ImageSize, ref } from '../../schemas/shared.js';
import type { App } from '../app.js';

/** Faces of a picture, without embeddings. */
export function addDetect(app: App): void {
  app.post(
    '/v1/detect',
    {
      config: { role: ['search', 'verify', 'enrol'] },
      schema: {
        operationId: 'detect',
        summary: 'Find the faces of a picture',
        tags: ['faces'],
        querystring: AnalysisOptions,
        body: imageBody({ image: 'one' }, analysisOptions),
        response: { 200: Type.Object({ image: ref(ImageSize), faces: Type.Array(ref(FaceJson)) }) },
      },
    },
    async request => {
      const options = { ...optionsOf<AnalysisOptions>(request), embeddings: false };
      const image = await readOneImage(request);
      const { width, height, faces } = await analyzePicture(request, image, {
        ...options,
        recognition: false,
      });
      return {
        image: { width, height },
        faces: faces.map(({ face, crop }) => faceToJson(face, options, crop)),
      };
    },
  );
}
