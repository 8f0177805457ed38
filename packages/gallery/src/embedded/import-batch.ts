import type { Counts, Person } from '../types.js';
import type { PeopleStore } from './people-store.js';

/**
 * Adds people within a write: by id first, so that a person who was renamed since stays one; then by name; what is
 * there already is left alone, so that importing twice changes nothing.
 */
export function importBatch(store: PeopleStore, people: readonly Person[]): Counts {
  const counts = { people: 0, templates: 0 };
  for (const { templates, ...rest } of people) {
    const known = store.findById(rest.id) ?? store.find(rest.name);
    let person = known ?? store.addPerson(rest);
    if (known && rest.metadata && !known.metadata) person = store.setMetadata(person, rest.metadata);
    if (known && rest.tags && !known.tags) person = store.setTags(person, rest.tags);
    const fresh = templates.filter(template => store.templateNumber(template.id) === undefined);
    if (fresh.length > 0)
      store.addTemplates(
        person,
        fresh.map(({ model: _, ...template }) => template),
      );
    if (!known) counts.people++;
    counts.templates += fresh.length;
  }
  return counts;
}
