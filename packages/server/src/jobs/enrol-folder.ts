// A folder with a folder of photos for each person, who is named like it.
import type { FastifyRequest } from 'fastify';
import { describeError } from '../errors/describe-error.js';
import { HttpError } from '../errors/http-error.js';
import { type Candidate, enrolFaces, faceToEnrol, type Rejected } from '../people/enrol.js';
import { requirePersonBy } from '../people/find-person.js';
import type { JobContext } from './jobs.js';
import { analyzePhotos, type JobPhoto } from './photos.js';

export interface EnrolResult {
  readonly people: readonly { readonly id: string; readonly name: string; readonly enrolled: number }[];
  readonly rejected: readonly Rejected[];
}

/** @param request who asked: long answered, but the log wants to know. */
export async function enrolFolder(
  request: FastifyRequest,
  photos: readonly JobPhoto[],
  context: JobContext,
  largest: boolean,
): Promise<EnrolResult> {
  const { services } = request.server;
  const { tenant } = request.access;
  const settings = services.settings.get(tenant);
  const groups = new Map<string, Candidate[]>();
  const rejected: Rejected[] = [];
  const failed = await analyzePhotos(
    services,
    tenant,
    photos,
    context,
    { crops: settings.keepPhotos, attributes: false },
    (name, picture) => {
      try {
        const person = personOf(name);
        const candidate = faceToEnrol(name, picture, settings, largest);
        groups.set(person, [...(groups.get(person) ?? []), candidate]);
      } catch (error) {
        const { code, message } = describeError(error);
        rejected.push({ name, code, message });
      }
    },
  );
  const gallery = await services.galleries(tenant);
  const people = [];
  for (const [name, candidates] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    context.signal.throwIfAborted();
    const person = await services.exclusively(tenant, async () => {
      await enrolFaces(services, tenant, gallery, name, candidates);
      return requirePersonBy(gallery, name);
    });
    await services.record(request, {
      action: 'enrol',
      outcome: 'done',
      personId: person.id,
      details: { faces: candidates.length, job: 'enrol-folder' },
    });
    people.push({ id: person.id, name: person.name, enrolled: candidates.length });
  }
  return { people, rejected: [...rejected, ...failed.map(({ image, ...why }) => ({ name: image, ...why }))] };
}

/** Name of the folder that a photo is in. */
function personOf(photo: string): string {
  const name = photo.split('/').at(-2);
  if (name === undefined)
    throw new HttpError(
      'INVALID_REQUEST',
      'The photo is in no person’s folder: put it in one with the name.',
    );
  return name;
}
