import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { describeError } from '../../errors/describe-error.js';
import { analyzePicture } from '../../images/analyze.js';
import { readImages } from '../../images/read-images.js';
import type { ReceivedImage } from '../../images/received-image.js';
import { faceToJson } from '../../schemas/face-json.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { AnalysisOptions, analysisOptions, FaceJson, ImageSize, ref } from '../../schemas/shared.js';
import type { App } from '../app.js';

const Result = Type.Object({
  name: Type.String(),
  image: Type.Optional(ref(ImageSize)),
  faces: Type.Optional(Type.Array(ref(FaceJson))),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});

/** All that can be told of the faces of one picture, or of several. */
export function addAnalyze(app: App): void {
  app.post(
    '/v1/analyze',
    {
      config: { role: ['search', 'verify', 'enrol'] },
      schema: {
        operationId: 'analyze',
        summary: 'Describe the faces of `image`, or of each of `images`',
        description: 'With `image`, the answer has image and faces; with `images`, results, one for each.',
        tags: ['faces'],
        querystring: AnalysisOptions,
        body: imageBody({ image: 'one', images: 'several' }, analysisOptions),
        response: {
          200: Type.Object({
            image: Type.Optional(ref(ImageSize)),
            faces: Type.Optional(Type.Array(ref(FaceJson))),
            results: Type.Optional(Type.Array(Result)),
          }),
        },
      },
    },
    async request => {
      const options = optionsOf<AnalysisOptions>(request);
      const images = await readImages(request, 'image', 'images');
      const [first] = images;
      if (first && images.length === 1 && !hasField(request, 'images'))
        return analyzeOne(request, first, options);
      return { results: await Promise.all(images.map(image => analyzeOrTell(request, image, options))) };
    },
  );
}

function hasField({ uploads, body }: FastifyRequest, name: string): boolean {
  return uploads.has(name) || (typeof body === 'object' && body !== null && name in body);
}

async function analyzeOne(request: FastifyRequest, image: ReceivedImage, options: AnalysisOptions) {
  const { width, height, faces } = await analyzePicture(request, image, {
    ...options,
    recognition: options.embeddings ?? false,
  });
  return { image: { width, height }, faces: faces.map(({ face, crop }) => faceToJson(face, options, crop)) };
}

/** A picture that is at fault has an error in its place; a service that cannot answer fails the whole request. */
async function analyzeOrTell(request: FastifyRequest, image: ReceivedImage, options: AnalysisOptions) {
  try {
    return { name: image.name, ...(await analyzeOne(request, image, options)) };
  } catch (error) {
    const { status, code, message } = describeError(error);
    if (status >= 500) throw error;
    return { name: image.name, error: { code, message } };
  }
}
