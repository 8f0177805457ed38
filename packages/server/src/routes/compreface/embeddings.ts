// The same questions with embeddings in place of pictures.
import type { FastifyRequest } from 'fastify';
import { dot } from 'insightface-ts';
import { Type } from 'typebox';
import type { App } from '../app.js';
import { recordAnswer } from './record-answer.js';
import {
  Embedding,
  EmbeddingScores,
  Embeddings,
  ImageId,
  predictionCount,
  Refusal,
  SubjectScore,
} from './schemas.js';
import { savedFace, similarityOf, unitOf } from './scores.js';

const tags = ['CompreFace'];

export function addEmbeddings(app: App): void {
  const { services } = app;
  app.post(
    '/recognition/embeddings/recognize',
    {
      config: { role: 'search' },
      schema: {
        tags,
        summary: 'The people most like each embedding',
        querystring: Type.Object(predictionCount),
        body: Type.Object({ embeddings: Embeddings }),
        response: {
          200: Type.Object({
            result: Type.Array(
              Type.Object({ embedding: Type.Array(Type.Number()), similarities: Type.Array(SubjectScore) }),
            ),
          }),
          default: Refusal,
        },
      },
    },
    async request => {
      const { embeddings } = request.body;
      const gallery = await services.galleries(request.access.tenant);
      const units = embeddings.map(values => unitOf(request, values));
      const matches = await gallery.searchMany(units, { limit: request.query.prediction_count ?? 1 });
      await recordAnswer(request, 'search', units.length);
      const similarity = similarityOf(request);
      return {
        result: embeddings.map((embedding, index) => ({
          embedding,
          similarities: (matches[index] ?? []).map(match => ({
            similarity: similarity(match.similarity),
            subject: match.name,
          })),
        })),
      };
    },
  );
  app.post(
    '/recognition/embeddings/faces/:image_id/verify',
    {
      config: { role: 'verify' },
      schema: {
        tags,
        summary: 'Are embeddings of the person of a saved picture?',
        params: Type.Object({ image_id: ImageId }),
        body: Type.Object({ embeddings: Embeddings }),
        response: { 200: EmbeddingScores, default: Refusal },
      },
    },
    async request => {
      const gallery = await services.galleries(request.access.tenant);
      const { person, template } = await savedFace(gallery, request.params.image_id);
      const cosines = request.body.embeddings.map(values => dot(template.embedding, unitOf(request, values)));
      await recordAnswer(request, 'verify', cosines.length, {
        cosine: Math.max(...cosines),
        personId: person.id,
      });
      return { result: scored(request, request.body.embeddings, cosines) };
    },
  );
  app.post(
    '/verification/embeddings/verify',
    {
      config: { role: 'verify' },
      schema: {
        tags,
        summary: 'Compare an embedding with others',
        body: Type.Object({ source: Embedding, targets: Embeddings }),
        response: { 200: EmbeddingScores, default: Refusal },
      },
    },
    async request => {
      const { source, targets } = request.body;
      const unit = unitOf(request, source);
      const cosines = targets.map(values => dot(unit, unitOf(request, values)));
      await recordAnswer(request, 'compare', cosines.length, { cosine: Math.max(...cosines) });
      return { result: scored(request, targets, cosines) };
    },
  );
}

function scored(request: FastifyRequest, embeddings: readonly number[][], cosines: readonly number[]) {
  const similarity = similarityOf(request);
  return embeddings.map((embedding, index) => ({
    embedding,
    similarity: similarity(cosines[index] ?? Number.NaN),
  }));
}
