// Records of an encrypted gallery. The master key wraps the gallery's key; from that come the key that wraps the keys of
// people and the key of the blind index. A person's key encrypts the person's name, metadata, tags and templates.
//   person    JSON: id, createdAt, numbers of templates, wrapped key, sealed rest
//   template  CRC-32 of the rest, person (both 32 bits), id (36 bytes), sealed embedding and other fields
import { randomUUID } from 'node:crypto';
import { blindIndex, deriveKey, newKey, seal, unseal } from '../encryption/cipher.js';
import type { GalleryModel } from '../types.js';
import type { Codec } from './codec.js';
import {
  checked,
  damaged,
  decodeJson,
  type EncryptionRecord,
  encodeJson,
  floatBytes,
  floatsOf,
  type PersonKeyRecord,
  type PersonRecord,
  type TemplateRecord,
  withChecksum,
} from './records.js';

const idBytes = 36;
/** Keys of people that are held unwrapped. */
const heldKeys = 10_000;

interface SealedPerson extends Pick<PersonRecord, 'id' | 'createdAt' | 'templates'> {
  readonly key: PersonKeyRecord;
  /** Base64. */
  readonly sealed: string;
}

export class SealedCodec implements Codec {
  readonly key: string;
  readonly #galleryId: string;
  readonly #wrapping: Buffer;
  readonly #blinding: Buffer;
  readonly #keys = new Map<string, Buffer>();

  constructor({ galleryId, key }: EncryptionRecord, galleryKey: Uint8Array) {
    this.key = key;
    this.#galleryId = galleryId;
    this.#wrapping = deriveKey(galleryKey, 'wrap keys of people');
    this.#blinding = deriveKey(galleryKey, 'index names and tags');
  }

  blind(text: string): string {
    return text === '' ? '' : blindIndex(this.#blinding, text);
  }

  newPersonKey(personId: string): PersonKeyRecord {
    return this.#wrap(personId, randomUUID(), newKey());
  }

  /** The person with the key wrapped by this codec's gallery key instead of another's. */
  rewrap(person: PersonRecord, from: SealedCodec): PersonRecord {
    return { ...person, key: this.#wrap(person.id, keyOf(person).id, from.personKey(person)) };
  }

  /** A person's own key. */
  personKey(person: Pick<PersonRecord, 'id' | 'key'>): Buffer {
    const { id, wrapped } = keyOf(person);
    const held = this.#keys.get(wrapped);
    if (held) return held;
    const key = unseal(
      this.#wrapping,
      ['key', this.#galleryId, person.id, id],
      Buffer.from(wrapped, 'base64'),
    );
    if (!key) throw damaged('the key of a person does not open');
    if (this.#keys.size >= heldKeys) this.#keys.clear();
    this.#keys.set(wrapped, key);
    return key;
  }

  /** What a sealed piece of a person is bound to. */
  context(person: Pick<PersonRecord, 'id' | 'key'>, what: string, ...rest: string[]): string[] {
    return [what, this.#galleryId, person.id, keyOf(person).id, ...rest];
  }

  encodePerson({ id, createdAt, templates, key, ...rest }: PersonRecord): Buffer {
    const person = { id, key: keyOf({ id, ...(key && { key }) }) };
    const sealed = seal(
      this.personKey(person),
      this.context(person, 'person'),
      Buffer.from(JSON.stringify(rest)),
    );
    return encodeJson({ id, createdAt, templates, key, sealed: sealed.toString('base64') });
  }

  decodePerson(bytes: Buffer): PersonRecord {
    const { sealed, ...person } = decodeJson<SealedPerson>(bytes);
    const rest = unseal(
      this.personKey(person),
      this.context(person, 'person'),
      Buffer.from(sealed, 'base64'),
    );
    if (!rest) throw damaged('a person does not decrypt');
    return { ...person, ...(JSON.parse(rest.toString()) as Pick<PersonRecord, 'name'>) };
  }

  encodeTemplate(
    { id, person: number, embedding, ...rest }: TemplateRecord,
    person: PersonRecord,
    { fingerprint }: GalleryModel,
  ): Buffer {
    const head = Buffer.alloc(4 + idBytes);
    head.writeUInt32LE(number);
    head.write(id, 4, 'latin1');
    const content = Buffer.concat([floatBytes(embedding), Buffer.from(JSON.stringify(rest))]);
    const context = this.context(person, 'template', id, fingerprint);
    return withChecksum(Buffer.concat([head, seal(this.personKey(person), context, content)]));
  }

  decodeTemplate(
    bytes: Buffer,
    model: GalleryModel,
    personOf: (number: number) => PersonRecord,
  ): TemplateRecord {
    const content = checked(bytes, 'a template');
    if (content.length < 4 + idBytes) throw damaged('a template is of another length');
    const number = content.readUInt32LE(0);
    const id = content.toString('latin1', 4, 4 + idBytes);
    const person = personOf(number);
    const context = this.context(person, 'template', id, model.fingerprint);
    const opened = unseal(this.personKey(person), context, content.subarray(4 + idBytes));
    if (!opened) throw damaged(`template ${id} does not decrypt`);
    const embedding = floatsOf(opened, model.dimension);
    const rest = JSON.parse(opened.toString('utf8', 4 * model.dimension)) as Omit<
      TemplateRecord,
      'embedding'
    >;
    return { ...rest, id, person: number, embedding };
  }

  decodeVector(bytes: Buffer, model: GalleryModel, personOf: (number: number) => PersonRecord) {
    return this.decodeTemplate(bytes, model, personOf);
  }

  #wrap(personId: string, id: string, key: Buffer): PersonKeyRecord {
    const wrapped = seal(this.#wrapping, ['key', this.#galleryId, personId, id], key).toString('base64');
    return { id, wrapped };
  }
}

function keyOf({ id, key }: Pick<PersonRecord, 'id' | 'key'>): PersonKeyRecord {
  if (!key) throw damaged(`person ${id} has no key`);
  return key;
}
