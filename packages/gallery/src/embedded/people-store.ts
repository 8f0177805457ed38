// People and templates as records in the store; every method that changes something runs within `write`.
import { randomUUID } from 'node:crypto';
import { InsightFaceError } from 'insightface-ts';
import type { GalleryModel, Metadata } from '../types.js';
import type { Codec } from './codec.js';
import {
  damaged,
  decodeJson,
  encodeJson,
  type HeaderRecord,
  type PersonRecord,
  type StateRecord,
  type TemplateRecord,
} from './records.js';
import type { Store, StoreKey } from './store.js';

/** A person's record and number. */
export interface NumberedPerson extends PersonRecord {
  readonly number: number;
}

export type NewPerson = Pick<PersonRecord, 'name'> &
  Partial<Pick<PersonRecord, 'id' | 'createdAt' | 'metadata' | 'tags'>>;

export type NewTemplate = Pick<TemplateRecord, 'embedding'> &
  Partial<Pick<TemplateRecord, 'id' | 'source' | 'createdAt'>>;

const emptyState: StateRecord = {
  lastPerson: 0,
  lastTemplate: 0,
  removals: 0,
  people: 0,
  templates: 0,
  trimmed: 0,
  tagChanges: 0,
};

export class PeopleStore {
  readonly #store: Store;
  readonly #codec: Codec;

  constructor(store: Store, codec: Codec) {
    this.#store = store;
    this.#codec = codec;
  }

  get header(): HeaderRecord | undefined {
    return readHeader(this.#store);
  }

  get state(): StateRecord {
    // A gallery of version 1 has fewer counters.
    return { ...emptyState, ...this.#read<StateRecord>(['state']) };
  }

  /** @throws InsightFaceError `PERSON_NOT_FOUND`. */
  require(name: string): NumberedPerson {
    const person = this.find(name);
    if (!person)
      throw new InsightFaceError('PERSON_NOT_FOUND', `Nobody is enrolled as ${name}. List who is.`);
    return person;
  }

  find(name: string): NumberedPerson | undefined {
    const number = this.numberOf(name);
    return number === undefined ? undefined : this.person(number);
  }

  numberOf(name: string): number | undefined {
    return this.#read<number>(['name', this.#codec.blind(name)]);
  }

  findById(id: string): NumberedPerson | undefined {
    const number = this.#read<number>(['person-id', id]);
    return number === undefined ? undefined : this.person(number);
  }

  person(number: number): NumberedPerson {
    const person = this.personIfThere(number);
    if (!person) throw damaged(`person ${number} is missing`);
    return person;
  }

  personIfThere(number: number): NumberedPerson | undefined {
    const bytes = this.#store.get(['person', number]);
    return bytes && { number, ...this.#codec.decodePerson(bytes) };
  }

  /**
   * Numbers of people in the order of their names (of what stands for the names in an encrypted gallery), after a
   * name, at most `limit`.
   */
  numbersAfter(name: string, limit: number): number[] {
    const start: StoreKey = ['name', this.#codec.blind(name)];
    return this.#store
      .range({ start, exclusiveStart: true, limit })
      .map(({ value }) => decodeJson<number>(value));
  }

  /** The people of {@link PeopleStore.numbersAfter}. */
  peopleAfter(name: string, limit: number): NumberedPerson[] {
    return this.numbersAfter(name, limit).map(number => this.person(number));
  }

  /** Numbers of the people with a tag, rising. */
  tagged(tag: string): number[] {
    return this.#store.range({ start: [tagSpace(this.#codec, tag), 0] }).map(({ id }) => Number(id));
  }

  template(number: number): TemplateRecord {
    const template = this.templateIfThere(number);
    if (!template) throw damaged(`template ${number} is missing`);
    return template;
  }

  templateIfThere(number: number): TemplateRecord | undefined {
    const bytes = this.#store.get(['vector', number]);
    return bytes && this.#codec.decodeTemplate(bytes, this.#model(), this.#personOf);
  }

  templateNumber(id: string): number | undefined {
    return this.#read<number>(['template-id', id]);
  }

  /** Embeddings of the templates with numbers from `first` on, at most `limit`. */
  vectorsFrom(first: number, limit: number) {
    const entries = this.#store.range({ start: ['vector', first], limit });
    const model = entries.length > 0 ? this.#model() : undefined;
    return entries.map(({ id, value }) => ({
      number: Number(id),
      ...this.#codec.decodeVector(value, model!, this.#personOf),
    }));
  }

  /** Numbers of the templates that were removed, from the removal with number `first` on. */
  removalsFrom(first: number): number[] {
    return this.#store.range({ start: ['removed', first] }).map(({ value }) => decodeJson<number>(value));
  }

  /** Forgets which templates were removed. Whoever followed the list begins anew. */
  trimRemovals(): void {
    const { removals, trimmed, ...state } = this.state;
    for (let number = trimmed + 1; number <= removals; number++) this.#store.remove(['removed', number]);
    this.#putState({ ...state, removals, trimmed: removals });
  }

  addPerson({ id = randomUUID(), createdAt = new Date().toISOString(), ...rest }: NewPerson): NumberedPerson {
    const state = this.state;
    const number = state.lastPerson + 1;
    const key = this.#codec.newPersonKey(id);
    const record: PersonRecord = { id, createdAt, ...rest, templates: [], ...(key && { key }) };
    this.#putState({ ...state, lastPerson: number, people: state.people + 1 });
    this.#store.put(['name', this.#codec.blind(record.name)], encodeJson(number));
    this.#store.put(['person-id', id], encodeJson(number));
    const person = { number, ...record };
    this.#putPerson(person);
    this.#indexTags(number, [], record.tags ?? []);
    return person;
  }

  /** Returns the ids of the templates, in order. */
  addTemplates(person: NumberedPerson, templates: readonly NewTemplate[]): string[] {
    const state = this.state;
    const model = this.#model();
    const ids: string[] = [];
    const numbers: number[] = [];
    for (const { id = randomUUID(), createdAt = new Date().toISOString(), ...rest } of templates) {
      const number = state.lastTemplate + 1 + ids.length;
      const record = { id, createdAt, ...rest, person: person.number };
      this.#store.put(['vector', number], this.#codec.encodeTemplate(record, person, model));
      this.#store.put(['template-id', id], encodeJson(number));
      ids.push(id);
      numbers.push(number);
    }
    const count = numbers.length;
    this.#putState({
      ...state,
      lastTemplate: state.lastTemplate + count,
      templates: state.templates + count,
    });
    this.#putPerson({ ...person, templates: [...person.templates, ...numbers] });
    return ids;
  }

  setMetadata(person: NumberedPerson, metadata: Metadata): NumberedPerson {
    const changed = { ...person, metadata };
    this.#putPerson(changed);
    return changed;
  }

  setTags({ tags: before = [], ...person }: NumberedPerson, tags: readonly string[]): NumberedPerson {
    const changed = { ...person, ...(tags.length > 0 && { tags }) };
    this.#putPerson(changed);
    this.#indexTags(person.number, before, tags);
    return changed;
  }

  /** @throws InsightFaceError `PERSON_EXISTS`. */
  rename(person: NumberedPerson, name: string): void {
    if (name === person.name) return;
    if (this.numberOf(name) !== undefined)
      throw new InsightFaceError(
        'PERSON_EXISTS',
        `Somebody is enrolled as ${name} already. Choose another name.`,
      );
    this.#store.remove(['name', this.#codec.blind(person.name)]);
    this.#store.put(['name', this.#codec.blind(name)], encodeJson(person.number));
    this.#putPerson({ ...person, name });
  }

  removePerson(person: NumberedPerson): void {
    this.#dropTemplates(person.templates);
    this.#indexTags(person.number, person.tags ?? [], []);
    this.#store.remove(['name', this.#codec.blind(person.name)]);
    this.#store.remove(['person-id', person.id]);
    this.#store.remove(['person', person.number]);
    const state = this.state;
    this.#putState({ ...state, people: state.people - 1 });
  }

  /** The person stays, also without templates. */
  removeTemplate(number: number): void {
    const person = this.person(this.template(number).person);
    this.#dropTemplates([number]);
    this.#putPerson({ ...person, templates: person.templates.filter(other => other !== number) });
  }

  /** Writes a person with names and tags in another codec's form; for a change of keys. */
  recode(person: NumberedPerson, record: PersonRecord, codec: Codec): void {
    this.#store.remove(['name', this.#codec.blind(person.name)]);
    this.#store.put(['name', codec.blind(person.name)], encodeJson(person.number));
    for (const tag of person.tags ?? []) {
      this.#store.remove([tagSpace(this.#codec, tag), person.number]);
      this.#store.put([tagSpace(codec, tag), person.number], encodeJson(true));
    }
    this.#store.put(['person', person.number], codec.encodePerson(record));
  }

  #dropTemplates(numbers: readonly number[]): void {
    const state = this.state;
    for (const [index, number] of numbers.entries()) {
      this.#store.remove(['template-id', this.template(number).id]);
      this.#store.remove(['vector', number]);
      this.#store.put(['removed', state.removals + 1 + index], encodeJson(number));
    }
    const count = numbers.length;
    this.#putState({ ...state, removals: state.removals + count, templates: state.templates - count });
  }

  #indexTags(number: number, before: readonly string[], after: readonly string[]): void {
    const gone = before.filter(tag => !after.includes(tag));
    const fresh = after.filter(tag => !before.includes(tag));
    if (gone.length + fresh.length === 0) return;
    for (const tag of gone) this.#store.remove([tagSpace(this.#codec, tag), number]);
    for (const tag of fresh) this.#store.put([tagSpace(this.#codec, tag), number], encodeJson(true));
    const state = this.state;
    this.#putState({ ...state, tagChanges: state.tagChanges + 1 });
  }

  readonly #personOf = (number: number): PersonRecord => this.person(number);

  #model(): GalleryModel {
    const model = this.header?.model;
    if (!model) throw damaged('there are templates and no model');
    return model;
  }

  #putState(state: StateRecord): void {
    this.#store.put(['state'], encodeJson(state));
  }

  #putPerson({ number, ...record }: NumberedPerson): void {
    this.#store.put(['person', number], this.#codec.encodePerson(record));
  }

  #read<T>(key: StoreKey): T | undefined {
    const bytes = this.#store.get(key);
    return bytes && decodeJson<T>(bytes);
  }
}

export function readHeader(store: Store): HeaderRecord | undefined {
  const bytes = store.get(['format']);
  return bytes && decodeJson<HeaderRecord>(bytes);
}

/** Within `write`. */
export function putHeader(store: Store, header: HeaderRecord): void {
  store.put(['format'], encodeJson(header));
}

/** A space of its own for each tag, so that the people of one are found in one range. */
function tagSpace(codec: Codec, tag: string): string {
  return `tag:${codec.blind(tag)}`;
}
