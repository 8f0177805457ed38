import type { PeopleStore } from './people-store.js';
import { type ExportedPerson, encodeEmbedding } from './transfer-format.js';

const page = 256;

/** Everybody, in the order of their names, as an export holds them. */
export function* exportedPeople(store: PeopleStore): Generator<ExportedPerson> {
  const dimension = store.header?.model?.dimension ?? 0;
  let last = '';
  for (;;) {
    const people = store.peopleAfter(last, page);
    if (people.length === 0) return;
    for (const { number: _, templates, ...person } of people) {
      last = person.name;
      yield {
        ...person,
        templates: templates.map(number => {
          const { person: _, embedding, ...rest } = store.template(number, dimension);
          return { ...rest, embedding: encodeEmbedding(embedding) };
        }),
      };
    }
  }
}
