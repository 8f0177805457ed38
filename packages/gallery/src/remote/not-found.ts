import { InsightFaceError } from 'insightface-ts';

export function nobodyCalled(name: string): InsightFaceError {
  return new InsightFaceError('PERSON_NOT_FOUND', `Nobody is enrolled as ${name}. List who is.`);
}

export function noTemplate(id: string): InsightFaceError {
  return new InsightFaceError('PERSON_NOT_FOUND', `There is no template ${id}. List those of the person.`);
}

export function nameTaken(name: string): InsightFaceError {
  return new InsightFaceError(
    'PERSON_EXISTS',
    `Somebody is enrolled as ${name} already. Choose another name.`,
  );
}
