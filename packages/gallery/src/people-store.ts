// People and templates as records in the store; every method that changes something runs within `write`.
import { randomUUID } from 'node:crypto';
import { InsightFaceError } from 'insightface-ts';
import {
  damaged,
  decodeJson,
  decodeTemplate,
  decodeVector,
  encodeJson,
  encodeTemplate,
  type HeaderRecord,
  type PersonRecord,
  type StateRecord,
  type TemplateRecord,
} from './records.js';
import type { Store } from './store.js';
import type { Metadata } from './types.js';

/** A person's record and number. */
export interface NumberedPerson extends PersonRecord {
  readonly number: number;
}

export type NewTemplate = Pick<TemplateRecord, 'embedding'> &
  Partial<Pick<TemplateRecord, 'id' | 'source' | 'createdAt'>>;

const emptyState: StateRecord = { lastPerson: 0, lastTemplate: 0, removals: 0, people: 0, templates: 0 };

export class PeopleStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get header(): HeaderRecord | undefined {
    return this.#read<HeaderRecord>(['format']);
  }

  putHeader(header: HeaderRecord): void {
    this.#store.put(['format'], encodeJson(header));
  }

  get state(): StateRecord {
    return this.#read<StateRecord>(['state']) ?? emptyState;
  }

  /** @throws InsightFaceError `PERSON_NOT_FOUND`. */
  require(name: string): NumberedPerson {
    const person = this.find(name);
    if (!person)
      throw new InsightFaceError('PERSON_NOT_FOUND', `Nobody is enrolled as ${name}. List who is.`);
    return person;
  }

  find(name: string): NumberedPerson | undefined {
    const number = this.#read<number>(['name', name]);
    return number === undefined ? undefined : this.person(number);
  }

  findById(id: string): NumberedPerson | undefined {
    const number = this.#read<number>(['person-id', id]);
    return number === undefined ? undefined : this.person(number);
  }

  person(number: number): NumberedPerson {
    const record = this.#read<PersonRecord>(['person', number]);
    if (!record) throw damaged(`person ${number} is missing`);
    return { number, ...record };
  }

  /** People in the order of their names, after a name. */
  peopleAfter(name: string, limit: number): NumberedPerson[] {
    const entries = this.#store.range({ start: ['name', name], exclusiveStart: true, limit });
    return entries.map(({ value }) => this.person(decodeJson<number>(value)));
  }

  template(number: number, dimension: number): TemplateRecord {
    const bytes = this.#store.get(['vector', number]);
    if (!bytes) throw damaged(`template ${number} is missing`);
    return decodeTemplate(bytes, dimension);
  }

  templateNumber(id: string): number | undefined {
    return this.#read<number>(['template-id', id]);
  }

  /** Embeddings of the templates with numbers from `first` on, at most `limit`. */
  vectorsFrom(first: number, dimension: number, limit: number) {
    return this.#store
      .range({ start: ['vector', first], limit })
      .map(({ id, value }) => ({ number: Number(id), ...decodeVector(value, dimension) }));
  }

  /** Numbers of the templates that were removed, from the removal with number `first` on. */
  removalsFrom(first: number): number[] {
    return this.#store.range({ start: ['removed', first] }).map(({ value }) => decodeJson<number>(value));
  }

  addPerson(
    person: Pick<PersonRecord, 'name' | 'metadata'> & Partial<Pick<PersonRecord, 'id' | 'createdAt'>>,
  ) {
    const { id = randomUUID(), createdAt = new Date().toISOString(), ...rest } = person;
    const state = this.state;
    const number = state.lastPerson + 1;
    const record: PersonRecord = { id, createdAt, ...rest, templates: [] };
    this.#putState({ ...state, lastPerson: number, people: state.people + 1 });
    this.#store.put(['name', record.name], encodeJson(number));
    this.#store.put(['person-id', id], encodeJson(number));
    this.#putPerson({ number, ...record });
    return { number, ...record };
  }

  /** Returns the ids of the templates, in order. */
  addTemplates(person: NumberedPerson, templates: readonly NewTemplate[]): string[] {
    const state = this.state;
    const ids: string[] = [];
    const numbers: number[] = [];
    for (const { id = randomUUID(), createdAt = new Date().toISOString(), ...rest } of templates) {
      const number = state.lastTemplate + 1 + ids.length;
      this.#store.put(['vector', number], encodeTemplate({ id, createdAt, ...rest, person: person.number }));
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

  /** @throws InsightFaceError `PERSON_EXISTS`. */
  rename(person: NumberedPerson, name: string): void {
    if (name === person.name) return;
    if (this.find(name))
      throw new InsightFaceError(
        'PERSON_EXISTS',
        `Somebody is enrolled as ${name} already. Choose another name.`,
      );
    this.#store.remove(['name', person.name]);
    this.#store.put(['name', name], encodeJson(person.number));
    this.#putPerson({ ...person, name });
  }

  removePerson(person: NumberedPerson, dimension: number): void {
    this.#dropTemplates(person.templates, dimension);
    this.#store.remove(['name', person.name]);
    this.#store.remove(['person-id', person.id]);
    this.#store.remove(['person', person.number]);
    const state = this.state;
    this.#putState({ ...state, people: state.people - 1 });
  }

  /** The person stays, also without templates. */
  removeTemplate(number: number, dimension: number): void {
    const person = this.person(this.template(number, dimension).person);
    this.#dropTemplates([number], dimension);
    this.#putPerson({ ...person, templates: person.templates.filter(other => other !== number) });
  }

  #dropTemplates(numbers: readonly number[], dimension: number): void {
    const state = this.state;
    for (const [index, number] of numbers.entries()) {
      this.#store.remove(['template-id', this.template(number, dimension).id]);
      this.#store.remove(['vector', number]);
      this.#store.put(['removed', state.removals + 1 + index], encodeJson(number));
    }
    const count = numbers.length;
    this.#putState({ ...state, removals: state.removals + count, templates: state.templates - count });
  }

  #putState(state: StateRecord): void {
    this.#store.put(['state'], encodeJson(state));
  }

  #putPerson({ number, ...record }: NumberedPerson): void {
    this.#store.put(['person', number], encodeJson(record));
  }

  #read<T>(key: Parameters<Store['get']>[0]): T | undefined {
    const bytes = this.#store.get(key);
    return bytes && decodeJson<T>(bytes);
  }
}
