// Examples of subjects: templates with their kept crops. An image id is a template's id.
import type { Gallery } from '@insightface-ts/gallery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { chooseFaces, enrolFaces } from '../../people/enrol.js';
import { imageBody } from '../../schemas/image-body.js';
import { Bytes } from '../../schemas/shared.js';
import type { App } from '../app.js';
import { readFile } from './find-faces.js';
import { CompreFaceRefusal } from './refusal.js';
import { ImageId, imageQuery, Refusal, SavedFace, SubjectName } from './schemas.js';
import { savedFace } from './scores.js';
import { requireSubject } from './subjects.js';

const tags = ['CompreFace'];
const ImageParams = Type.Object({ image_id: ImageId });
const photo = { 200: { content: { 'image/jpeg': { schema: Bytes } } }, default: Refusal };
const Deleted = Type.Object({ deleted: Type.Integer() });

export function addSavedFaces(app: App): void {
  const { services } = app;
  app.post(
    '/recognition/faces',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Save a picture of one face of a subject',
        querystring: Type.Object({ subject: SubjectName, det_prob_threshold: imageQuery.det_prob_threshold }),
        body: imageBody({ file: 'one' }),
        response: { 201: SavedFace, default: Refusal },
      },
    },
    async (request, reply) => reply.status(201).send(await addFace(request, request.query)),
  );
  app.get(
    '/recognition/faces',
    {
      config: { role: ['search', 'enrol'] },
      schema: {
        tags,
        summary: 'Saved pictures, page by page',
        querystring: Type.Object({
          page: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
          size: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
          subject: Type.Optional(SubjectName),
        }),
        response: {
          200: Type.Object({
            faces: Type.Array(SavedFace),
            page_number: Type.Integer(),
            page_size: Type.Integer(),
            total_pages: Type.Integer(),
            total_elements: Type.Integer(),
          }),
          default: Refusal,
        },
      },
    },
    async request => {
      const { page = 0, size = 20, subject } = request.query;
      const gallery = await services.galleries(request.access.tenant);
      const { faces, total } = await listFaces(gallery, subject, page * size, size);
      return {
        faces,
        page_number: page,
        page_size: size,
        total_pages: Math.ceil(total / size),
        total_elements: total,
      };
    },
  );
  app.delete(
    '/recognition/faces',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Delete the pictures of a subject, or all',
        querystring: Type.Object({ subject: Type.Optional(SubjectName) }),
        response: { 200: Deleted, default: Refusal },
      },
    },
    async request => {
      const { subject } = request.query;
      const { tenant } = request.access;
      return services.exclusively(tenant, async () => {
        const gallery = await services.galleries(tenant);
        if (subject !== undefined) await requireSubject(gallery, subject);
        const { faces } = await listFaces(gallery, subject, 0, Number.POSITIVE_INFINITY);
        for (const { image_id } of faces) await removeFace(request, gallery, image_id);
        return { deleted: faces.length };
      });
    },
  );
  app.delete(
    '/recognition/faces/:image_id',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Delete a picture',
        params: ImageParams,
        response: { 200: SavedFace, default: Refusal },
      },
    },
    async request => {
      const { tenant } = request.access;
      return services.exclusively(tenant, async () =>
        removeFace(request, await services.galleries(tenant), request.params.image_id),
      );
    },
  );
  app.post(
    '/recognition/faces/delete',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Delete several pictures; ids that nobody has are passed over',
        body: Type.Array(ImageId, { maxItems: 10_000 }),
        response: { 200: Type.Array(SavedFace), default: Refusal },
      },
    },
    async request => {
      const { tenant } = request.access;
      return services.exclusively(tenant, async () => {
        const gallery = await services.galleries(tenant);
        const deleted: { image_id: string; subject: string }[] = [];
        for (const id of request.body)
          if (await gallery.getByTemplate(id)) deleted.push(await removeFace(request, gallery, id));
        return deleted;
      });
    },
  );
  app.get(
    '/recognition/faces/:image_id/img',
    {
      config: { role: ['search', 'enrol'] },
      schema: {
        tags,
        summary: 'The crop that was kept of a picture; empty without one',
        params: ImageParams,
        response: photo,
      },
    },
    (request, reply) => sendPhoto(request, reply, request.params.image_id),
  );
  app.get(
    '/static/:api_key/images/:image_id',
    {
      config: { role: ['search', 'enrol'], keyParameter: 'api_key' },
      schema: {
        tags,
        summary: 'The same for the src of an <img>',
        params: Type.Object({ api_key: Type.String({ maxLength: 200 }), image_id: ImageId }),
        response: photo,
      },
    },
    (request, reply) => {
      reply.header('cross-origin-resource-policy', 'cross-origin');
      return sendPhoto(request, reply, request.params.image_id);
    },
  );
}

async function addFace(
  request: FastifyRequest,
  { subject, det_prob_threshold }: { subject: string; det_prob_threshold?: number },
) {
  const { services } = request.server;
  const { tenant } = request.access;
  const image = await readFile(request);
  const { candidates, rejected } = await chooseFaces(request, [image], false, det_prob_threshold);
  if (rejected[0]) throw rejection(rejected[0]);
  const saved = await services.exclusively(tenant, async () => {
    const gallery = await services.galleries(tenant);
    const [enrolled] = await enrolFaces(services, tenant, gallery, subject, candidates);
    return { person: await requireSubject(gallery, subject), image_id: enrolled!.templateId };
  });
  await services.record(request, {
    action: 'enrol',
    outcome: 'done',
    personId: saved.person.id,
    details: { faces: 1, api: 'compreface' },
  });
  return { image_id: saved.image_id, subject: saved.person.name };
}

function rejection({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}): CompreFaceRefusal {
  switch (code) {
    case 'NO_FACE':
      return new CompreFaceRefusal('NO_FACES_FOUND', 'No face is found in the given image');
    case 'SEVERAL_FACES':
      return new CompreFaceRefusal('TOO_MANY_FACES', 'Found more than one face in the given image');
    case 'IMAGE_INVALID':
    case 'IMAGE_UNSUPPORTED':
    case 'IMAGE_TOO_LARGE':
      return new CompreFaceRefusal('UNAVAILABLE_FILE_EXTENSION', message);
    default:
      return new CompreFaceRefusal('VALIDATION_CONSTRAINT_VIOLATION', message);
  }
}

/** Pictures in the order of their subjects; reads only the people of the page. */
async function listFaces(gallery: Gallery, subject: string | undefined, skip: number, count: number) {
  const faces: { image_id: string; subject: string }[] = [];
  const total = subject === undefined ? (await gallery.stats()).templates : undefined;
  let seen = 0;
  for await (const { name, templates } of peopleOf(gallery, subject)) {
    const [begin, end] = [seen, seen + templates];
    seen = end;
    if (end <= skip || faces.length >= count) continue;
    const person = await gallery.get(name);
    for (const { id } of person?.templates.slice(Math.max(0, skip - begin)) ?? [])
      if (faces.length < count) faces.push({ image_id: id, subject: name });
    if (total !== undefined && faces.length >= count) break;
  }
  return { faces, total: total ?? seen };
}

async function* peopleOf(gallery: Gallery, subject: string | undefined) {
  if (subject === undefined) return yield* gallery.list();
  const person = await gallery.get(subject);
  if (person) yield { name: person.name, templates: person.templates.length };
}

async function removeFace(request: FastifyRequest, gallery: Gallery, imageId: string) {
  const { person } = await savedFace(gallery, imageId);
  const { services } = request.server;
  await services.photos.remove(request.access.tenant, person.id, imageId);
  await gallery.removeTemplate(imageId);
  await services.record(request, { action: 'face.delete', outcome: 'done', personId: person.id });
  return { image_id: imageId, subject: person.name };
}

async function sendPhoto(request: FastifyRequest, reply: FastifyReply, imageId: string) {
  const { services } = request.server;
  const { tenant } = request.access;
  const person = await (await services.galleries(tenant)).getByTemplate(imageId);
  const photo = person && (await services.photos.get(tenant, person.id, imageId));
  return reply.type('image/jpeg').send(Buffer.from(photo ?? []));
}
