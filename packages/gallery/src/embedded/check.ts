import type { Counts } from '../types.js';
import type { PeopleStore } from './people-store.js';
import { damaged } from './records.js';

const page = 256;

/**
 * Reads every record and compares all that must agree.
 * @throws InsightFaceError `GALLERY_INVALID` with what does not.
 */
export function checkRecords(people: PeopleStore): Counts {
  let last = '';
  let count = 0;
  const owners = new Map<number, number>();
  const bearers = new Map<string, number>();
  for (;;) {
    const some = people.peopleAfter(last, page);
    for (const person of some) {
      if (people.findById(person.id)?.number !== person.number)
        throw damaged(`${person.name} has a wrong id`);
      if (people.numberOf(person.name) !== person.number) throw damaged(`${person.name} has a wrong name`);
      for (const template of person.templates) owners.set(template, person.number);
      for (const tag of person.tags ?? []) bearers.set(tag, (bearers.get(tag) ?? 0) + 1);
      last = person.name;
    }
    count += some.length;
    if (some.length < page) break;
  }
  for (const [tag, number] of bearers)
    if (people.tagged(tag).length !== number) throw damaged(`the tag ${tag} has wrong people`);
  const { lastTemplate, ...state } = people.state;
  let templates = 0;
  for (let first = 1; first <= lastTemplate; ) {
    const some = people.vectorsFrom(first, page);
    for (const { number, person } of some) {
      const { id } = people.template(number);
      if (owners.get(number) !== person || people.templateNumber(id) !== number)
        throw damaged(`template ${id} belongs to nobody`);
    }
    templates += some.length;
    first = (some.at(-1)?.number ?? lastTemplate) + 1;
  }
  if (templates !== owners.size || state.templates !== templates || state.people !== count)
    throw damaged(
      `${state.people} people and ${state.templates} templates were stored, ${count} and ${templates} are there`,
    );
  return { people: count, templates };
}
