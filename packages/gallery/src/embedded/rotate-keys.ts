import { InsightFaceError } from 'insightface-ts';
import type { Counts } from '../types.js';
import type { Codec } from './codec.js';
import { type PeopleStore, putHeader } from './people-store.js';
import type { EncryptionRecord } from './records.js';
import { SealedCodec } from './sealed-codec.js';
import type { Store } from './store.js';

const page = 1024;

/** Within a write: wraps every person's key by the gallery key of `to`, and names and tags by its blind index. */
export function rotateKeys(
  store: Store,
  people: PeopleStore,
  from: Codec,
  to: Codec,
  encryption: EncryptionRecord,
): Counts {
  const header = people.header;
  if (!header || !(from instanceof SealedCodec && to instanceof SealedCodec))
    throw new InsightFaceError('KEY_INVALID', 'This gallery is not encrypted: there are no keys to rotate.');
  const numbers: number[] = [];
  for (let last = ''; ; ) {
    const some = people.peopleAfter(last, page);
    numbers.push(...some.map(({ number }) => number));
    if (some.length < page) break;
    last = some.at(-1)?.name ?? last;
  }
  for (const number of numbers) {
    const person = people.person(number);
    const { number: _, ...record } = person;
    people.recode(person, to.rewrap(record, from), to);
  }
  putHeader(store, { ...header, encryption });
  const { people: count, templates } = people.state;
  return { people: count, templates };
}
