import type { FastifyRequest } from 'fastify';
import { requirePerson } from './find-person.js';

/** Photos first: whatever interrupts this, no photo outlives its person. @throws InsightFaceError `PERSON_NOT_FOUND`. */
export async function removePerson(request: FastifyRequest, id: string): Promise<void> {
  const { services } = request.server;
  const { tenant } = request.access;
  const gallery = await services.galleries(tenant);
  const { templates } = await services.exclusively(tenant, async () => {
    const person = await requirePerson(gallery, id);
    await services.photos.removePerson(tenant, id);
    await gallery.remove(person.name);
    return person;
  });
  await services.record(request, {
    action: 'delete',
    outcome: 'done',
    personId: id,
    details: { faces: templates.length },
  });
}
