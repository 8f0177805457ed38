// What is told of a person's record.
import type { Person, PersonSummary } from '../types.js';
import type { NumberedPerson, PeopleStore } from './people-store.js';

export function summarize({ id, name, createdAt, metadata, tags, templates }: NumberedPerson): PersonSummary {
  return {
    id,
    name,
    templates: templates.length,
    createdAt,
    ...(metadata && { metadata }),
    ...(tags && { tags }),
  };
}

export function fullPerson(people: PeopleStore, person: NumberedPerson | undefined): Person | undefined {
  if (!person) return undefined;
  const model = people.header?.model?.fingerprint ?? '';
  const templates = person.templates.map(number => {
    const { person: _, ...template } = people.template(number);
    return { ...template, model };
  });
  return { ...summarize(person), templates };
}
