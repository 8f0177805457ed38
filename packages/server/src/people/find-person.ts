import type { Gallery, Person } from '@insightface-ts/gallery';
import { InsightFaceError } from 'insightface-ts';

/** @throws InsightFaceError `PERSON_NOT_FOUND`. */
export async function requirePerson(gallery: Gallery, id: string): Promise<Person> {
  const person = await gallery.getById(id);
  if (!person) throw notFound();
  return person;
}

/** A person by id or by name. @throws InsightFaceError `PERSON_NOT_FOUND`. */
export async function requirePersonBy(gallery: Gallery, idOrName: string): Promise<Person> {
  const person = (await gallery.getById(idOrName)) ?? (await gallery.get(idOrName));
  if (!person) throw notFound();
  return person;
}

function notFound(): InsightFaceError {
  return new InsightFaceError(
    'PERSON_NOT_FOUND',
    'There is no such person. GET /v1/people lists those there are.',
  );
}
