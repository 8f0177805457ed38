// Who is it (recognize), is it the person of a saved picture (verify), and where are faces (detect).
import { dot } from 'insightface-ts';
import { Type } from 'typebox';
import type { FoundFace } from '../../images/analyze.js';
import { embeddingOf, nearest } from '../../people/decide.js';
import { imageBody } from '../../schemas/image-body.js';
import type { App } from '../app.js';
import { faceJson, findFaces, versionsOf, wholePicture } from './find-faces.js';
import { recordAnswer } from './record-answer.js';
import {
  ComparedFaces,
  DetectedFaces,
  ImageId,
  ImageQuery,
  imageQuery,
  predictionCount,
  RecognizedFaces,
  Refusal,
  VerifiedFaces,
} from './schemas.js';
import { savedFace, similarityOf } from './scores.js';

const tags = ['CompreFace'];

export function addRecognition(app: App): void {
  const { services } = app;
  app.post(
    '/recognition/recognize',
    {
      config: { role: 'search' },
      schema: {
        tags,
        summary: 'The people most like the faces of a picture',
        querystring: Type.Object({
          ...imageQuery,
          ...predictionCount,
          detect_faces: Type.Optional(
            Type.Boolean({ description: 'false: the picture is one face, cut out' }),
          ),
        }),
        body: imageBody({ file: 'one' }),
        response: { 200: RecognizedFaces, default: Refusal },
      },
    },
    async request => {
      const { query } = request;
      const found =
        query.detect_faces === false ? await wholePicture(request, query) : await findFaces(request, query);
      const gallery = await services.galleries(request.access.tenant);
      const matches = await nearest(gallery, found.faces, { limit: query.prediction_count ?? 1 });
      await recordAnswer(request, 'search', found.faces.length);
      const similarity = similarityOf(request);
      return {
        result: found.faces.map((face, index) => ({
          ...faceJson(face, found, query),
          subjects: (matches[index] ?? []).map(match => ({
            similarity: similarity(match.similarity),
            subject: match.name,
          })),
        })),
        ...versionsOf(services.pool.pack, found, query),
      };
    },
  );
  app.post(
    '/recognition/faces/:image_id/verify',
    {
      config: { role: 'verify' },
      schema: {
        tags,
        summary: 'Are the faces of a picture the person of a saved one?',
        params: Type.Object({ image_id: ImageId }),
        querystring: ImageQuery,
        body: imageBody({ file: 'one' }),
        response: { 200: VerifiedFaces, default: Refusal },
      },
    },
    async request => {
      const { query } = request;
      const gallery = await services.galleries(request.access.tenant);
      const { person, template } = await savedFace(gallery, request.params.image_id);
      const found = await findFaces(request, query);
      const similarity = similarityOf(request);
      const cosines = found.faces.map(({ face }) => dot(template.embedding, embeddingOf(face)));
      await recordAnswer(request, 'verify', cosines.length, {
        cosine: Math.max(...cosines),
        personId: person.id,
      });
      const result = found.faces.map((face, index) => ({
        ...faceJson(face, found, query),
        similarity: similarity(cosines[index] ?? Number.NaN),
      }));
      return { result, ...versionsOf(services.pool.pack, found, query) };
    },
  );
  app.post(
    '/detection/detect',
    {
      config: { role: ['search', 'verify', 'enrol'] },
      schema: {
        tags,
        summary: 'The faces of a picture',
        querystring: ImageQuery,
        body: imageBody({ file: 'one' }),
        response: { 200: DetectedFaces, default: Refusal },
      },
    },
    async request => {
      const { query } = request;
      const found = await findFaces(request, query);
      return {
        result: found.faces.map(face => faceJson(face, found, query)),
        ...versionsOf(services.pool.pack, found, query),
      };
    },
  );
  app.post(
    '/verification/verify',
    {
      config: { role: 'verify' },
      schema: {
        tags,
        summary: 'Compare the biggest face of one picture with all of another',
        querystring: Type.Object({ ...imageQuery, ...predictionCount }),
        body: imageBody({ source_image: 'one', target_image: 'one' }),
        response: { 200: ComparedFaces, default: Refusal },
      },
    },
    async request => {
      const { query } = request;
      const source = await findFaces(request, { ...query, limit: 1 }, 'source_image');
      const target = await findFaces(request, query, 'target_image');
      const [probe] = source.faces as readonly [FoundFace];
      const embedding = embeddingOf(probe.face);
      const cosines = target.faces.map(({ face }) => dot(embedding, embeddingOf(face)));
      await recordAnswer(request, 'compare', cosines.length, { cosine: Math.max(...cosines) });
      const similarity = similarityOf(request);
      const matches = target.faces.map((face, index) => ({
        ...faceJson(face, target, query),
        similarity: similarity(cosines[index] ?? Number.NaN),
      }));
      const versions = versionsOf(services.pool.pack, target, query);
      return {
        result: [{ source_image_face: faceJson(probe, source, query), face_matches: matches, ...versions }],
        ...versions,
      };
    },
  );
}
