// Subjects: people by name in the key's tenant. A subject may be without faces.
import type { Gallery, Person } from '@insightface-ts/gallery';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { addPerson } from '../../people/add-person.js';
import { removePerson } from '../../people/remove-person.js';
import type { App } from '../app.js';
import { CompreFaceRefusal } from './refusal.js';
import { Refusal, SubjectName } from './schemas.js';

const Subject = Type.Object({ subject: SubjectName });
const tags = ['CompreFace'];

export function addSubjects(app: App): void {
  const { services } = app;
  const changing = <T>(request: FastifyRequest, work: (gallery: Gallery) => Promise<T>) =>
    services.exclusively(request.access.tenant, async () =>
      work(await services.galleries(request.access.tenant)),
    );

  app.post(
    '/recognition/subjects',
    {
      config: { role: 'enrol' },
      schema: { tags, summary: 'Add a subject', body: Subject, response: { 201: Subject, default: Refusal } },
    },
    async (request, reply) => {
      const { subject } = request.body;
      const person = await changing(request, async gallery => {
        if (await gallery.get(subject))
          throw new CompreFaceRefusal('SUBJECT_ALREADY_EXISTS', 'There is a subject of this name already.');
        await addPerson(gallery, subject, undefined, undefined);
        return requireSubject(gallery, subject);
      });
      await services.record(request, {
        action: 'enrol',
        outcome: 'done',
        personId: person.id,
        details: { faces: 0 },
      });
      return reply.status(201).send({ subject: person.name });
    },
  );
  // Its manual lists them with a slash at the end.
  for (const path of ['/recognition/subjects/', '/recognition/subjects'])
    app.get(
      path,
      {
        config: { role: ['search', 'enrol'] },
        schema: {
          tags,
          summary: 'Names of all subjects',
          response: { 200: Type.Object({ subjects: Type.Array(Type.String()) }), default: Refusal },
        },
      },
      async request => {
        const gallery = await services.galleries(request.access.tenant);
        const subjects: string[] = [];
        for await (const { name } of gallery.list()) subjects.push(name);
        return { subjects };
      },
    );
  app.put(
    '/recognition/subjects/:subject',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Rename a subject; one that has the new name already takes its faces',
        params: Subject,
        body: Subject,
        response: { 200: Type.Object({ updated: Type.Boolean() }), default: Refusal },
      },
    },
    async request => {
      const [from, to] = [request.params.subject, request.body.subject];
      await changing(request, gallery => renameOrMerge(request, gallery, from, to));
      return { updated: true };
    },
  );
  app.delete(
    '/recognition/subjects/:subject',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Delete a subject',
        params: Subject,
        response: { 200: Subject, default: Refusal },
      },
    },
    async request => {
      const gallery = await services.galleries(request.access.tenant);
      const person = await requireSubject(gallery, request.params.subject);
      await removePerson(request, person.id);
      return { subject: person.name };
    },
  );
  app.delete(
    '/recognition/subjects',
    {
      config: { role: 'enrol' },
      schema: {
        tags,
        summary: 'Delete all subjects',
        response: { 200: Type.Object({ deleted: Type.Integer() }), default: Refusal },
      },
    },
    async request => {
      const ids: string[] = [];
      for await (const { id } of (await services.galleries(request.access.tenant)).list()) ids.push(id);
      for (const id of ids) await removePerson(request, id);
      return { deleted: ids.length };
    },
  );
}

/** @throws CompreFaceRefusal `SUBJECT_NOT_FOUND`. */
export async function requireSubject(gallery: Gallery, name: string): Promise<Person> {
  const person = await gallery.get(name);
  if (!person) throw new CompreFaceRefusal('SUBJECT_NOT_FOUND', 'There is no subject of this name.');
  return person;
}

async function renameOrMerge(
  request: FastifyRequest,
  gallery: Gallery,
  from: string,
  to: string,
): Promise<void> {
  const { services } = request.server;
  const { tenant } = request.access;
  const person = await requireSubject(gallery, from);
  const other = await gallery.get(to);
  if (other && other.id !== person.id) {
    // The person's key ends with the merge: copies are made under the other's before.
    await services.photos.copy(tenant, person.id, other.id);
    await gallery.merge(person.name, other.name);
    await services.photos.removePerson(tenant, person.id);
    const reference = await services.subjects.reference(tenant, person.id);
    await services.record(request, {
      action: 'person.merge',
      outcome: 'done',
      personId: other.id,
      details: { from: reference, faces: person.templates.length },
    });
    return;
  }
  await gallery.rename(person.name, to);
  await services.record(request, {
    action: 'person.change',
    outcome: 'done',
    personId: person.id,
    details: { name: true },
  });
}
