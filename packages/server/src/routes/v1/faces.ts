import { Type } from 'typebox';
import { HttpError } from '../../errors/http-error.js';
import { readImages } from '../../images/read-images.js';
import { chooseFaces, enrolFaces, requireSome } from '../../people/enrol.js';
import { requirePerson } from '../../people/find-person.js';
import { EnrolmentJson, enrolmentToJson } from '../../schemas/enrolment.js';
import { imageBody } from '../../schemas/image-body.js';
import { FaceParams, PersonParams, photoPath } from '../../schemas/people.js';
import { Bytes } from '../../schemas/shared.js';
import type { App } from '../app.js';

/** The enrolled faces of one person. */
export function addFaces(app: App): void {
  const { services } = app;
  app.get(
    '/v1/people/:id/faces',
    {
      config: { role: ['search', 'enrol'] },
      schema: {
        operationId: 'listFaces',
        summary: 'Enrolled faces, oldest first',
        tags: ['people'],
        params: PersonParams,
        response: {
          200: Type.Object({
            faces: Type.Array(
              Type.Object({
                id: Type.String(),
                createdAt: Type.String(),
                source: Type.Optional(Type.String()),
                photo: Type.Optional(Type.String({ description: 'Path of a JPEG' })),
              }),
            ),
          }),
        },
      },
    },
    async ({ access: { tenant }, params }) => {
      const person = await requirePerson(await services.galleries(tenant), params.id);
      const photos = new Set(await services.photos.list(tenant, person.id));
      return {
        faces: person.templates.map(({ id, createdAt, source }) => ({
          id,
          createdAt,
          ...(source !== undefined && { source }),
          ...(photos.has(id) && { photo: photoPath(person.id, id) }),
        })),
      };
    },
  );
  app.post(
    '/v1/people/:id/faces',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'addFaces',
        summary: 'Enrol more pictures, of one face each',
        tags: ['people'],
        params: PersonParams,
        querystring: Type.Object({
          largest: Type.Optional(
            Type.Boolean({ description: 'Take the largest face of several. Default false' }),
          ),
        }),
        body: imageBody({ images: 'several' }),
        response: { 201: EnrolmentJson },
      },
    },
    async (request, reply) => {
      const { tenant } = request.access;
      const { id } = request.params;
      const gallery = await services.galleries(tenant);
      await requirePerson(gallery, id);
      const images = await readImages(request, 'images');
      const { candidates, rejected } = await chooseFaces(request, images, request.query.largest ?? false);
      requireSome(candidates, rejected);
      const { person, enrolled } = await services.exclusively(tenant, async () => {
        const { name } = await requirePerson(gallery, id);
        const enrolled = await enrolFaces(services, tenant, gallery, name, candidates);
        return { person: await requirePerson(gallery, id), enrolled };
      });
      await services.record(request, {
        action: 'enrol',
        outcome: 'done',
        personId: id,
        details: { faces: enrolled.length, rejected: rejected.length },
        ...(gallery.model && { model: gallery.model.fingerprint }),
      });
      const photos = await services.photos.list(tenant, id);
      return reply.status(201).send(enrolmentToJson(person, photos, enrolled, rejected));
    },
  );
  app.delete(
    '/v1/people/:id/faces/:templateId',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'deleteFace',
        summary: 'Delete one face with its photo',
        tags: ['people'],
        params: FaceParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { tenant } = request.access;
      const { id, templateId } = request.params;
      const gallery = await services.galleries(tenant);
      await services.exclusively(tenant, async () => {
        const { templates } = await requirePerson(gallery, id);
        if (!templates.some(template => template.id === templateId))
          throw new HttpError('NOT_FOUND', 'This person has no such face.');
        await services.photos.remove(tenant, id, templateId);
        await gallery.removeTemplate(templateId);
      });
      await services.record(request, { action: 'face.delete', outcome: 'done', personId: id });
      return reply.status(204).send(null);
    },
  );
  app.get(
    '/v1/people/:id/faces/:templateId/photo',
    {
      config: { role: ['search', 'enrol'] },
      schema: {
        operationId: 'facePhoto',
        summary: 'The kept crop of a face, a JPEG',
        tags: ['people'],
        params: FaceParams,
        response: { 200: { content: { 'image/jpeg': { schema: Bytes } } } },
      },
    },
    async ({ access, params }, reply) => {
      const jpeg = await services.photos.get(access.tenant, params.id, params.templateId);
      if (!jpeg) throw new HttpError('NOT_FOUND', 'No photo was kept of this face.');
      return reply.type('image/jpeg').send(Buffer.from(jpeg));
    },
  );
}
