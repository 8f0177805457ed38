import type { PeopleStore } from './people-store.js';
import type { ImportedPerson } from './transfer-read.js';
import type { Counts } from './types.js';

/**
 * Adds people within a write: by id first, so that a person who was renamed since stays one; then by name; what is
 * there already is left alone, so that importing twice changes nothing.
 */
export function importPeople(store: PeopleStore, people: readonly ImportedPerson[]): Counts {
  const counts = { people: 0, templates: 0 };
  for (const { templates, ...rest } of people) {
    const known = store.findById(rest.id) ?? store.find(rest.name);
    const person = known ?? store.addPerson(rest);
    const fresh = templates.filter(template => store.templateNumber(template.id) === undefined);
    if (fresh.length > 0) store.addTemplates(person, fresh);
    if (known && rest.metadata && !known.metadata)
      store.setMetadata(store.person(known.number), rest.metadata);
    if (!known || fresh.length > 0) counts.people++;
    counts.templates += fresh.length;
  }
  return counts;
}
