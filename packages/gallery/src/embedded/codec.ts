// Records as bytes, readable or encrypted.
import type { GalleryModel } from '../types.js';
import {
  checked,
  damaged,
  decodeJson,
  encodeJson,
  floatBytes,
  floatsOf,
  type PersonKeyRecord,
  type PersonRecord,
  type TemplateRecord,
  withChecksum,
} from './records.js';

/** Turns records into bytes and back. Decoding throws `GALLERY_INVALID` for bytes that are not those written. */
export interface Codec {
  /** Which gallery key encrypts, as the header holds it; `undefined` where none does. */
  readonly key: string | undefined;
  /** What stands for a name or a tag in the store's keys. */
  blind(text: string): string;
  /** The key of a new person, in encrypted galleries. */
  newPersonKey(personId: string): PersonKeyRecord | undefined;
  encodePerson(person: PersonRecord): Buffer;
  decodePerson(bytes: Buffer): PersonRecord;
  encodeTemplate(template: TemplateRecord, person: PersonRecord, model: GalleryModel): Buffer;
  /** `personOf` gives the person of a number. */
  decodeTemplate(
    bytes: Buffer,
    model: GalleryModel,
    personOf: (number: number) => PersonRecord,
  ): TemplateRecord;
  /** Only what a search needs. */
  decodeVector(
    bytes: Buffer,
    model: GalleryModel,
    personOf: (number: number) => PersonRecord,
  ): Pick<TemplateRecord, 'person' | 'embedding'>;
}

/** Template: CRC-32 of the rest, person (both 32 bits), embedding (32-bit floats), the other fields as JSON. */
export const plainCodec: Codec = {
  key: undefined,
  blind: text => text,
  newPersonKey: () => undefined,
  encodePerson: encodeJson,
  decodePerson: bytes => decodeJson<PersonRecord>(bytes),
  encodeTemplate({ person, embedding, ...rest }) {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(person);
    return withChecksum(Buffer.concat([head, floatBytes(embedding), Buffer.from(JSON.stringify(rest))]));
  },
  decodeTemplate(bytes, model, personOf) {
    const vector = plainCodec.decodeVector(bytes, model, personOf);
    const rest = JSON.parse(bytes.toString('utf8', 8 + 4 * model.dimension)) as TemplateRecord;
    return { ...rest, ...vector };
  },
  decodeVector(bytes, { dimension }) {
    const content = checked(bytes, 'a template');
    if (content.length < 4) throw damaged('a template is of another length');
    return { person: content.readUInt32LE(0), embedding: floatsOf(content.subarray(4), dimension) };
  },
};
