// Pictures with their faces drawn in.
import type { FastifyRequest } from 'fastify';
import { decodeImage, encodeJpeg } from 'insightface-ts';
import { Type } from 'typebox';
import { HttpError } from '../../errors/http-error.js';
import { analyzePicture, largestFaces } from '../../images/analyze.js';
import { readOneImage } from '../../images/read-images.js';
import { imageBody } from '../../schemas/image-body.js';
import { Bytes } from '../../schemas/shared.js';
import type { App } from '../app.js';
import { readPictures } from './read-pictures.js';
import { Detail, DrawBody, type DrawOptions, drawFields } from './schemas.js';

const tags = ['InsightFace-REST'];
const role = ['search', 'verify', 'enrol'] as const;

export function addDraw(app: App): void {
  app.post(
    '/draw_detections',
    {
      config: { role },
      schema: {
        tags,
        summary: 'The first picture with its faces drawn in',
        body: DrawBody,
        response: { 200: { content: { 'image/png': { schema: Bytes } } }, default: Detail },
      },
    },
    async (request, reply) => {
      const [first] = await readPictures(request, request.body.images);
      if (!first || 'failure' in first)
        throw new HttpError('INVALID_REQUEST', first?.failure ?? 'There is no picture.');
      return reply.type('image/png').send(await drawPicture(request, first.bytes, request.body));
    },
  );
  app.post(
    '/multipart/draw_detections',
    {
      config: { role },
      schema: {
        tags,
        summary: 'An uploaded picture with its faces drawn in',
        body: imageBody(
          { file: 'one' },
          {
            ...drawFields,
            use_rotation: Type.Optional(Type.Boolean({ description: 'Turned faces are always found' })),
          },
        ),
        response: { 200: { content: { 'image/jpg': { schema: Bytes } } }, default: Detail },
      },
    },
    async (request, reply) => {
      const { bytes } = await readOneImage(request, 'file');
      const png = await drawPicture(request, bytes, request.body as DrawOptions);
      return reply.type('image/jpg').send(Buffer.from(await encodeJpeg(await decodeImage(png))));
    },
  );
}

/** A PNG. */
async function drawPicture(
  request: FastifyRequest,
  bytes: Uint8Array,
  options: DrawOptions,
): Promise<Buffer> {
  const { threshold, limit_faces: most = 0, min_face_size: least = 0 } = options;
  const { faces } = await analyzePicture(
    request,
    { name: 'file', bytes },
    threshold === undefined ? {} : { detThresh: threshold },
  );
  const drawn = largestFaces(faces, most)
    .map(({ face: { bbox, kps, detScore } }) => {
      const width = Math.trunc(bbox[2] - bbox[0]);
      const label = [
        ...((options.draw_scores ?? true) ? [detScore.toFixed(3)] : []),
        ...((options.draw_sizes ?? true) ? [`w:${width}`] : []),
      ].join(' ');
      return { bbox, kps, width, label };
    })
    .filter(({ width }) => width >= least);
  const png = await request.server.services.pool.draw(
    bytes,
    drawn.map(({ bbox, kps, label }) => ({ bbox, kps, label })),
    { keypoints: options.draw_landmarks ?? true, tenant: request.access.tenant, signal: request.gone },
  );
  return Buffer.from(png);
}
