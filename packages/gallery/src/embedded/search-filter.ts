// Which people a search looks at, as one bit for each number of a person.
import type { CheckedSearch } from '../search-options.js';
import type { PeopleStore } from './people-store.js';

/** Bitmaps of tags that are kept for the next search. */
const keptBitmaps = 16;

export class SearchFilter {
  readonly #kept = new Map<string, Uint8Array>();
  #tagChanges = -1;

  /** `undefined` when everybody counts. A number past the end does not. */
  bitmap(people: PeopleStore, { tags, people: names }: CheckedSearch): Uint8Array | undefined {
    if (!tags && !names) return undefined;
    const tagged = tags && this.#tagged(people, tags);
    if (!names) return tagged;
    const numbers = names.map(name => people.numberOf(name)).filter(number => number !== undefined);
    return bitmapOf(tagged ? numbers.filter(number => hasBit(tagged, number)) : numbers);
  }

  #tagged(people: PeopleStore, tags: readonly string[]): Uint8Array {
    const { tagChanges } = people.state;
    if (tagChanges !== this.#tagChanges || this.#kept.size > keptBitmaps) this.#kept.clear();
    this.#tagChanges = tagChanges;
    const key = JSON.stringify(tags);
    const known = this.#kept.get(key);
    if (known) return known;
    const [first = [], ...others] = tags.map(tag => people.tagged(tag));
    const sets = others.map(numbers => bitmapOf(numbers));
    const bitmap = bitmapOf(first.filter(number => sets.every(set => hasBit(set, number))));
    this.#kept.set(key, bitmap);
    return bitmap;
  }
}

export function hasBit(bitmap: Uint8Array, number: number): boolean {
  return (((bitmap[number >> 3] ?? 0) >> (number & 7)) & 1) === 1;
}

function bitmapOf(numbers: readonly number[]): Uint8Array {
  const highest = numbers.reduce((most, number) => Math.max(most, number), -1);
  const bitmap = new Uint8Array((highest >> 3) + 1);
  for (const number of numbers) bitmap[number >> 3]! |= 1 << (number & 7);
  return bitmap;
}
