import { InsightFaceError } from 'insightface-ts';
import { Type } from 'typebox';
import { readOptionalImages } from '../../images/read-images.js';
import { addPerson } from '../../people/add-person.js';
import { chooseFaces, enrolFaces, requireSome } from '../../people/enrol.js';
import { requirePersonBy } from '../../people/find-person.js';
import { parseMetadata } from '../../people/parse-metadata.js';
import { EnrolmentJson, enrolmentToJson } from '../../schemas/enrolment.js';
import { imageBody } from '../../schemas/image-body.js';
import { Metadata, Name, PersonJson, personToJson, Tags } from '../../schemas/people.js';
import { ref } from '../../schemas/shared.js';
import type { App } from '../app.js';

const page = 50;

/** Everybody, and somebody new. */
export function addPeople(app: App): void {
  const { services } = app;
  app.get(
    '/v1/people',
    {
      config: { role: ['search', 'enrol'] },
      schema: {
        operationId: 'listPeople',
        summary: 'People in the order of their names',
        tags: ['people'],
        querystring: Type.Object({
          after: Type.Optional(Type.String({ maxLength: 512, description: 'Begin after this name: `next`' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
          search: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'Part of a name' })),
          tags: Type.Optional(Tags),
        }),
        response: {
          200: Type.Object({
            people: Type.Array(ref(PersonJson)),
            next: Type.Union([Type.String(), Type.Null()], { description: 'For `after`; null at the end' }),
          }),
        },
      },
    },
    async ({ access: { tenant }, query: { limit = page, ...wanted } }) => {
      const gallery = await services.galleries(tenant);
      const people: PersonJson[] = [];
      let next: string | null = null;
      for await (const person of gallery.list({ ...wanted, limit: limit + 1 })) {
        if (people.length === limit) {
          next = people.at(-1)?.name ?? null;
          break;
        }
        people.push(personToJson(person, await services.photos.list(tenant, person.id)));
      }
      return { people, next };
    },
  );
  app.post(
    '/v1/people',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'addPerson',
        summary: 'Add a person, with pictures of one face each or without',
        tags: ['people'],
        querystring: Type.Object({
          largest: Type.Optional(
            Type.Boolean({ description: 'Take the largest face of several. Default false' }),
          ),
        }),
        body: imageBody(
          { images: 'several' },
          { name: Name, tags: Type.Optional(Tags), metadata: Type.Optional(Metadata) },
        ),
        response: { 201: EnrolmentJson },
      },
    },
    async (request, reply) => {
      const { tenant } = request.access;
      const body = request.body as { name: string; tags?: string[]; metadata?: unknown };
      const metadata = parseMetadata(body.metadata);
      const images = await readOptionalImages(request, 'images');
      const { candidates, rejected } = await chooseFaces(request, images, request.query.largest ?? false);
      requireSome(candidates, rejected);
      const gallery = await services.galleries(tenant);
      const { person, enrolled } = await services.exclusively(tenant, async () => {
        if (await gallery.get(body.name))
          throw new InsightFaceError(
            'PERSON_EXISTS',
            'There is a person of that name. Add faces to that one.',
          );
        await addPerson(gallery, body.name, body.tags, metadata);
        const enrolled = await enrolFaces(services, tenant, gallery, body.name, candidates);
        return { person: await requirePersonBy(gallery, body.name), enrolled };
      });
      await services.record(request, {
        action: 'enrol',
        outcome: 'done',
        personId: person.id,
        details: { faces: enrolled.length, rejected: rejected.length },
        ...(gallery.model && { model: gallery.model.fingerprint }),
      });
      const photos = await services.photos.list(tenant, person.id);
      return reply.status(201).send(enrolmentToJson(person, photos, enrolled, rejected));
    },
  );
}
