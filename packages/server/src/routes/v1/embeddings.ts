import { normalize } from 'insightface-ts';
import { Type } from 'typebox';
import { analyzePicture } from '../../images/analyze.js';
import { readImages } from '../../images/read-images.js';
import { embeddingOf, recognizerOf } from '../../people/decide.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { type AnalysisOptions, analysisOptions } from '../../schemas/shared.js';
import type { App } from '../app.js';

const aligned = Type.Optional(
  Type.Boolean({ description: 'The pictures are aligned crops already, 112x112. Default false' }),
);
const Query = Type.Object({ ...analysisOptions, aligned });

/** Embeddings of all faces of the pictures. */
export function addEmbeddings(app: App): void {
  const { services } = app;
  app.post(
    '/v1/embeddings',
    {
      config: { role: ['search', 'verify', 'enrol'] },
      schema: {
        operationId: 'embeddings',
        summary: 'Embeddings of all faces',
        tags: ['faces'],
        querystring: Query,
        body: imageBody({ image: 'one', images: 'several' }, { ...analysisOptions, aligned }),
        response: {
          200: Type.Object({
            model: Type.Object({
              name: Type.String(),
              fingerprint: Type.String(),
              dimension: Type.Integer(),
            }),
            faces: Type.Array(
              Type.Object({
                image: Type.Integer({ description: 'Which picture, from 0' }),
                box: Type.Array(Type.Number()),
                score: Type.Number(),
                embedding: Type.Array(Type.Number(), { description: 'Unit length' }),
              }),
            ),
          }),
        },
      },
    },
    async request => {
      const { aligned, ...options } = optionsOf<AnalysisOptions & { aligned?: boolean }>(request);
      const images = await readImages(request, 'image', 'images');
      const { name, fingerprint, dimension, inputSize } = recognizerOf(services);
      const model = { name, fingerprint, dimension };
      if (!aligned) {
        const only = { ...options, attributes: false };
        const pictures = await Promise.all(images.map(image => analyzePicture(request, image, only)));
        const faces = pictures.flatMap((picture, image) =>
          picture.faces.map(({ face }) => ({
            image,
            box: [...face.bbox],
            score: face.detScore,
            embedding: Array.from(embeddingOf(face)),
          })),
        );
        return { model, faces };
      }
      const crops = images.map(({ bytes }) => bytes);
      const embeddings = await services.pool.embedAligned(crops, {
        priority: 'interactive',
        deadlineMs: services.limits.requestMs,
        tenant: request.access.tenant,
        signal: request.gone,
      });
      const faces = embeddings.map((embedding, image) => ({
        image,
        box: [0, 0, inputSize, inputSize],
        score: 1,
        embedding: Array.from(normalize(embedding).unit),
      }));
      return { model, faces };
    },
  );
}
