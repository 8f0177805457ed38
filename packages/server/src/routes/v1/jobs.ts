import { stat } from 'node:fs/promises';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { HttpError } from '../../errors/http-error.js';
import { allowedPath } from '../../images/allowed-folder.js';
import { clusterPhotos } from '../../jobs/cluster-photos.js';
import { enrolFolder } from '../../jobs/enrol-folder.js';
import type { JobContext } from '../../jobs/jobs.js';
import { analyzePhotos, type JobPhoto, photosUnder } from '../../jobs/photos.js';
import { faceToJson } from '../../schemas/face-json.js';
import { JobJson, jobToJson } from '../../schemas/job.js';
import { ref } from '../../schemas/shared.js';
import type { App } from '../app.js';

const kinds = ['enrol-folder', 'cluster-folder', 'analyze-folder'] as const;
type Kind = (typeof kinds)[number];

interface JobOptions {
  readonly largest?: boolean;
  readonly threshold?: number;
}

/** Work on folders that the operator allows, in the background. */
export function addJobs(app: App): void {
  const { services } = app;
  services.jobs.onError = err => app.log.error({ err }, 'job failed');
  const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
  app.post(
    '/v1/jobs',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'startJob',
        summary: 'Work on an allowed folder in the background',
        tags: ['jobs'],
        body: Type.Object({
          kind: Type.Enum([...kinds]),
          path: Type.String({ minLength: 1, maxLength: 4096 }),
          options: Type.Optional(
            Type.Object({
              largest: Type.Optional(
                Type.Boolean({ description: 'enrol-folder: the largest face of several' }),
              ),
              threshold: Type.Optional(
                Type.Number({ minimum: -1, maximum: 1, description: 'cluster-folder' }),
              ),
            }),
          ),
        }),
        response: { 202: ref(JobJson) },
      },
    },
    async (request, reply) => {
      const { kind, path, options = {} } = request.body;
      const folder = await allowedPath(path, services.options.allowFolders ?? []);
      if (!(await stat(folder)).isDirectory())
        throw new HttpError('INVALID_REQUEST', 'The path is not a folder.');
      const photos = await photosUnder(folder);
      const { tenant, keyId } = request.access;
      const job = services.jobs.start(kind, tenant, keyId, context =>
        run(request, kind, photos, context, options),
      );
      await services.record(request, {
        action: 'job.start',
        outcome: 'done',
        details: { job: job.id, kind, photos: photos.length },
      });
      return reply.status(202).send(jobToJson(job));
    },
  );
  app.get(
    '/v1/jobs',
    {
      config: { role: ['enrol', 'search'] },
      schema: {
        operationId: 'listJobs',
        summary: 'Jobs, oldest first, without their results',
        tags: ['jobs'],
        response: { 200: Type.Object({ jobs: Type.Array(ref(JobJson)) }) },
      },
    },
    ({ access }) => ({
      jobs: services.jobs.list(access.tenant).map(({ result: _, ...job }) => jobToJson(job)),
    }),
  );
  app.get(
    '/v1/jobs/:id',
    {
      config: { role: ['enrol', 'search'] },
      schema: {
        operationId: 'job',
        summary: 'A job with its result',
        tags: ['jobs'],
        params,
        response: { 200: ref(JobJson) },
      },
    },
    ({ access, params: { id } }) => {
      const job = services.jobs.get(access.tenant, id);
      if (!job) throw new HttpError('NOT_FOUND', 'There is no such job. They end with the server.');
      return jobToJson(job);
    },
  );
  app.delete(
    '/v1/jobs/:id',
    {
      config: { role: ['enrol', 'search'] },
      schema: {
        operationId: 'cancelJob',
        summary: 'Stop a job, or forget one that is over',
        tags: ['jobs'],
        params,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!services.jobs.cancel(request.access.tenant, id))
        throw new HttpError('NOT_FOUND', 'There is no such job. They end with the server.');
      await services.record(request, { action: 'job.cancel', outcome: 'done', details: { job: id } });
      return reply.status(204).send(null);
    },
  );
}

function run(
  request: FastifyRequest,
  kind: Kind,
  photos: readonly JobPhoto[],
  context: JobContext,
  { largest = false, threshold }: JobOptions,
): Promise<unknown> {
  const { services } = request.server;
  const { tenant } = request.access;
  switch (kind) {
    case 'enrol-folder':
      return enrolFolder(request, photos, context, largest);
    case 'cluster-folder':
      return clusterPhotos(services, tenant, photos, context, threshold);
    case 'analyze-folder':
      return analyzeFolder(request, photos, context);
  }
}

async function analyzeFolder(request: FastifyRequest, photos: readonly JobPhoto[], context: JobContext) {
  const results: { name: string; image: object; faces: object[] }[] = [];
  const { services } = request.server;
  const failed = await analyzePhotos(
    services,
    request.access.tenant,
    photos,
    context,
    {},
    (name, picture) => {
      const { width, height, faces } = picture;
      results.push({ name, image: { width, height }, faces: faces.map(({ face }) => faceToJson(face, {})) });
    },
  );
  return { results: results.sort((a, b) => a.name.localeCompare(b.name)), failed };
}
