import { Type } from 'typebox';
import { readImages } from '../../images/read-images.js';
import { clusterPhotos } from '../../jobs/cluster-photos.js';
import type { JobPhoto } from '../../jobs/photos.js';
import { imageBody, optionsOf } from '../../schemas/image-body.js';
import { JobJson, jobToJson } from '../../schemas/job.js';
import { ref } from '../../schemas/shared.js';
import type { App } from '../app.js';

const threshold = Type.Optional(
  Type.Number({ minimum: -1, maximum: 1, description: 'Cosine from which on faces are one person’s' }),
);

/** Uploaded photos by person: the answer is a job. */
export function addClusters(app: App): void {
  const { services } = app;
  app.post(
    '/v1/clusters',
    {
      config: { role: 'search', maxImages: 200 },
      schema: {
        operationId: 'cluster',
        summary: 'Put the faces of many photos together by person; GET /v1/jobs/:id has the result',
        tags: ['jobs'],
        querystring: Type.Object({ threshold }),
        body: imageBody({ images: 'several' }, { threshold }),
        response: { 202: ref(JobJson) },
      },
    },
    async (request, reply) => {
      const { threshold } = optionsOf<{ threshold?: number }>(request);
      const images = await readImages(request, 'images');
      const photos: JobPhoto[] = distinctNames(images.map(({ name }) => name)).map((name, index) => ({
        name,
        read: async () => images[index]?.bytes ?? new Uint8Array(),
      }));
      const { tenant, keyId } = request.access;
      const job = services.jobs.start('cluster', tenant, keyId, context =>
        clusterPhotos(services, tenant, photos, context, threshold),
      );
      await services.record(request, {
        action: 'job.start',
        outcome: 'done',
        details: { job: job.id, kind: 'cluster', photos: photos.length },
      });
      return reply.status(202).send(jobToJson(job));
    },
  );
}

/** Two files may have one name; two photos of a collection may not. */
function distinctNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map(name => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}
