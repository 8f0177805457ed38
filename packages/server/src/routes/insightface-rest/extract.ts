// POST /extract: faces, embeddings, gender and age of several pictures, as JSON or msgpack.
import type { FastifyRequest } from 'fastify';
import { analyzePicture, largestFaces } from '../../images/analyze.js';
import { Bytes } from '../../schemas/shared.js';
import type { App } from '../app.js';
import { toRestCrop, toRestFace } from './face-json.js';
import { toMsgpack } from './msgpack.js';
import { attempt, type Picture, readPictures } from './read-pictures.js';
import { Detail, ExtractAnswer, ExtractBody, type ImageResult } from './schemas.js';

export function addExtract(app: App): void {
  app.post(
    '/extract',
    {
      config: { role: ['search', 'verify', 'enrol'] },
      schema: {
        tags: ['InsightFace-REST'],
        summary: 'Faces of several pictures; JSON or msgpack in and out',
        body: ExtractBody,
        response: {
          200: {
            content: {
              'application/json': { schema: ExtractAnswer },
              'application/x-msgpack': { schema: Bytes },
            },
          },
          default: Detail,
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const answer = body.embed_only ? await embedCrops(request, body) : await extract(request, body);
      const packed = body.msgpack || request.headers.accept?.includes('application/x-msgpack');
      return packed ? reply.type('application/x-msgpack').send(toMsgpack(answer)) : answer;
    },
  );
}

async function extract(request: FastifyRequest, body: ExtractBody) {
  const start = performance.now();
  const pictures = await readPictures(request, body.images);
  const read = performance.now();
  const data = await Promise.all(pictures.map(picture => extractOne(request, picture, body)));
  const end = performance.now();
  return {
    took: {
      total_ms: end - start,
      ...(body.verbose_timings && { read_imgs_ms: read - start, embed_all_ms: end - read }),
    },
    data,
  };
}

async function extractOne(
  request: FastifyRequest,
  picture: Picture,
  body: ExtractBody,
): Promise<ImageResult> {
  if ('failure' in picture) return failed(picture.failure);
  const start = performance.now();
  const analyzed = await attempt(() =>
    analyzePicture(
      request,
      { name: 'image', bytes: picture.bytes },
      {
        crops: body.return_face_data ?? false,
        ...(body.threshold !== undefined && { detThresh: body.threshold }),
      },
    ),
  );
  if ('failure' in analyzed) return failed(analyzed.failure);
  const { min_face_size: least = 0, limit_faces: most = 0 } = body;
  const faces = most > 0 ? largestFaces(analyzed.faces, most) : analyzed.faces;
  const fields = {
    embedding: body.extract_embedding ?? true,
    genderAge: body.extract_ga ?? false,
    landmarks: body.return_landmarks ?? false,
  };
  return {
    status: 'ok',
    took_ms: performance.now() - start,
    faces: faces
      .map(({ face, crop }, index) =>
        toRestFace(face, index, fields, crop && Buffer.from(crop).toString('base64')),
      )
      .filter(({ size }) => size >= least),
  };
}

/** The pictures are faces already: no detection, only embeddings. */
async function embedCrops(request: FastifyRequest, body: ExtractBody) {
  const start = performance.now();
  const { pool } = request.server.services;
  const pictures = await readPictures(request, body.images);
  const data = await Promise.all(
    pictures.map(async (picture): Promise<ImageResult> => {
      if ('failure' in picture) return failed(picture.failure);
      const embeddings = await attempt(() =>
        pool.embedAligned([picture.bytes], { tenant: request.access.tenant, signal: request.gone }),
      );
      if ('failure' in embeddings) return failed(embeddings.failure);
      const embedding = (body.extract_embedding ?? true) ? embeddings[0] : undefined;
      return { status: 'ok', took_ms: 0, faces: [{ ...toRestCrop(embedding), status: 'ok' }] };
    }),
  );
  return { took_ms: performance.now() - start, data, status: 'ok' };
}

function failed(reason: string): ImageResult {
  return { status: 'failed', took_ms: 0, faces: [], traceback: reason };
}
