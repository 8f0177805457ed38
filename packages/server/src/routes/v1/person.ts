import { Type } from 'typebox';
import { requirePerson } from '../../people/find-person.js';
import { parseMetadata } from '../../people/parse-metadata.js';
import { removePerson } from '../../people/remove-person.js';
import { Metadata, Name, PersonJson, PersonParams, personToJson, Tags } from '../../schemas/people.js';
import { ref } from '../../schemas/shared.js';
import type { Services } from '../../services.js';
import type { App } from '../app.js';

/** One person. */
export function addPersonRoutes(app: App): void {
  const { services } = app;
  app.get(
    '/v1/people/:id',
    {
      config: { role: ['search', 'enrol'] },
      schema: {
        operationId: 'person',
        summary: 'A person',
        tags: ['people'],
        params: PersonParams,
        response: { 200: ref(PersonJson) },
      },
    },
    ({ access, params }) => describePerson(services, access.tenant, params.id),
  );
  app.patch(
    '/v1/people/:id',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'changePerson',
        summary: 'Rename a person, or replace tags or metadata',
        tags: ['people'],
        params: PersonParams,
        body: Type.Object({
          name: Type.Optional(Name),
          tags: Type.Optional(Tags),
          metadata: Type.Optional(Metadata),
        }),
        response: { 200: ref(PersonJson) },
      },
    },
    async request => {
      const { tenant } = request.access;
      const { id } = request.params;
      const { name, tags, metadata } = request.body;
      const parsed = parseMetadata(metadata);
      const gallery = await services.galleries(tenant);
      await services.exclusively(tenant, async () => {
        const person = await requirePerson(gallery, id);
        if (tags) await gallery.setTags(person.name, tags);
        if (parsed) await gallery.setMetadata(person.name, parsed);
        if (name !== undefined) await gallery.rename(person.name, name);
      });
      await services.record(request, {
        action: 'person.change',
        outcome: 'done',
        personId: id,
        details: { name: name !== undefined, tags: tags !== undefined, metadata: parsed !== undefined },
      });
      return describePerson(services, tenant, id);
    },
  );
  app.delete(
    '/v1/people/:id',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'deletePerson',
        summary: 'Delete a person with all faces and photos',
        tags: ['people'],
        params: PersonParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await removePerson(request, request.params.id);
      return reply.status(204).send(null);
    },
  );
  app.post(
    '/v1/people/:id/merge',
    {
      config: { role: 'enrol' },
      schema: {
        operationId: 'mergePeople',
        summary: 'Take over the faces of another person, who ends',
        tags: ['people'],
        params: PersonParams,
        body: Type.Object({ from: Type.String({ minLength: 1, maxLength: 64, description: 'Id' }) }),
        response: { 200: ref(PersonJson) },
      },
    },
    async request => {
      const { tenant } = request.access;
      const { id } = request.params;
      const gallery = await services.galleries(tenant);
      const from = await services.exclusively(tenant, async () => {
        const into = await requirePerson(gallery, id);
        const other = await requirePerson(gallery, request.body.from);
        // The other's key ends with the merge: copies are made under this one's before.
        if (other.id !== into.id) await services.photos.copy(tenant, other.id, into.id);
        await gallery.merge(other.name, into.name);
        await services.photos.removePerson(tenant, other.id);
        return other;
      });
      await services.record(request, {
        action: 'person.merge',
        outcome: 'done',
        personId: id,
        details: { from: await services.subjects.reference(tenant, from.id), faces: from.templates.length },
      });
      return describePerson(services, tenant, id);
    },
  );
}

async function describePerson(services: Services, tenant: string, id: string): Promise<PersonJson> {
  const { templates, ...person } = await requirePerson(await services.galleries(tenant), id);
  return personToJson({ ...person, templates: templates.length }, await services.photos.list(tenant, id));
}
