import { InsightFaceError } from 'insightface-ts';
import { seal, unseal } from '../encryption/cipher.js';
import type { Sealer } from '../encryption/sealer.js';
import type { Codec } from './codec.js';
import type { PeopleStore } from './people-store.js';
import type { PersonRecord } from './records.js';
import { SealedCodec } from './sealed-codec.js';

/** Seals by the keys of an encrypted gallery's people. */
export class PersonSealer implements Sealer {
  readonly #people: () => Promise<PeopleStore>;
  readonly #codec: () => Codec;

  constructor(people: () => Promise<PeopleStore>, codec: () => Codec) {
    this.#people = people;
    this.#codec = codec;
  }

  async seal(personId: string, label: string, data: Uint8Array): Promise<Uint8Array> {
    const { codec, person } = await this.#find(personId);
    return seal(codec.personKey(person), codec.context(person, 'data', label), data);
  }

  async open(personId: string, label: string, sealed: Uint8Array): Promise<Uint8Array> {
    const { codec, person } = await this.#find(personId);
    const data = unseal(codec.personKey(person), codec.context(person, 'data', label), sealed);
    if (!data)
      throw new InsightFaceError(
        'GALLERY_INVALID',
        `These are not the bytes that were sealed as ${label}. Restore them from a backup.`,
      );
    return data;
  }

  async #find(personId: string): Promise<{ codec: SealedCodec; person: PersonRecord }> {
    const people = await this.#people();
    const codec = this.#codec();
    const person = people.findById(personId);
    if (!person || !(codec instanceof SealedCodec))
      throw new InsightFaceError('PERSON_NOT_FOUND', `There is no person ${personId}. List who is.`);
    return { codec, person };
  }
}
