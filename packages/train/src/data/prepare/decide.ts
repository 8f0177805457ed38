// Which crops become the data set: every picture once, people with enough pictures.
import type { Rejection } from './extract.js';
import type { Journal, StoredCrop } from './journal.js';
import { findNearCopies } from './near-copies.js';
import { findSamePeople, meanDirection, type PersonDirection, type SamePeople } from './same-people.js';
import { stopIfAsked } from './stop.js';

/** A photo that was left out. */
export interface Dropped {
  /** Relative to the folder of photos. */
  readonly source: string;
  readonly reason: Rejection['reason'] | 'no-person' | 'copy' | 'near-copy' | 'too-few';
  readonly detail: string;
  /** The photo this one repeats. */
  readonly of?: string;
}

/** What the data set will hold. */
export interface Decision {
  /** By label. */
  readonly people: readonly string[];
  /** Ordered by label. */
  readonly kept: readonly { readonly crop: StoredCrop; readonly label: number }[];
  readonly dropped: readonly Dropped[];
  /** People who may be one. */
  readonly samePeople: readonly SamePeople[];
  /** Cosine from which people are reported; `undefined` where there are no embeddings, or no threshold for them. */
  readonly comparedFrom: number | undefined;
  /** The same file in two people's folders; the first is kept. */
  readonly samePictures: readonly (readonly [kept: string, dropped: string])[];
  /** Photos with several faces, of which the largest near the middle was taken. */
  readonly severalFaces: readonly string[];
}

/** What {@link decide} goes by; see {@link PrepareOptions}. */
export interface DecisionOptions {
  readonly minImages: number;
  readonly nearCopy: number;
  /** `undefined` looks for no people who are one. */
  readonly samePerson: number | undefined;
  /** Threads that look for them. */
  readonly threads: number;
  readonly signal: AbortSignal | undefined;
}

/** The person a photo shows: its folder. `undefined` for a photo that lies in none. */
export function personOf(source: string): string | undefined {
  const end = source.lastIndexOf('/');
  return end < 0 ? undefined : source.slice(0, end);
}

/** Decides over all photos, in their order. @throws InsightFaceError `ABORTED`. */
export async function decide(
  sources: readonly string[],
  journal: Journal,
  options: DecisionOptions,
): Promise<Decision> {
  const dropped: Dropped[] = [];
  const samePictures: [string, string][] = [];
  const firstOf = new Map<string, string>();
  const byPerson = new Map<string, StoredCrop[]>();
  for (const source of sources) {
    const person = personOf(source);
    const entry = journal.entries.get(source);
    if (person === undefined) {
      const detail = 'It lies in no person’s folder.';
      dropped.push({ source, reason: 'no-person', detail });
    } else if (entry && 'reason' in entry) dropped.push(entry);
    else if (entry) {
      const first = firstOf.get(entry.sha256);
      if (first === undefined) {
        firstOf.set(entry.sha256, source);
        const crops = byPerson.get(person);
        if (crops) crops.push(entry);
        else byPerson.set(person, [entry]);
        continue;
      }
      dropped.push({ source, reason: 'copy', detail: `The same file as ${first}.`, of: first });
      if (personOf(first) !== person) samePictures.push([first, source]);
    }
  }
  const people: string[] = [];
  const kept: { crop: StoredCrop; label: number }[] = [];
  const directions: PersonDirection[] = [];
  for (const [person, crops] of [...byPerson].sort(([a], [b]) => (a < b ? -1 : 1))) {
    stopIfAsked(options.signal);
    const single = await withoutNearCopies(crops, journal, options.nearCopy, dropped);
    if (single.length < options.minImages) {
      const detail = `Only ${single.length} of this person’s pictures are left; ${options.minImages} are needed.`;
      for (const { source } of single) dropped.push({ source, reason: 'too-few', detail });
      continue;
    }
    for (const crop of single) kept.push({ crop, label: people.length });
    people.push(person);
    if (options.samePerson !== undefined && single[0]!.dimension > 0) {
      const embeddings = await Promise.all(single.map(crop => journal.embedding(crop)));
      directions.push({ person, direction: meanDirection(embeddings) });
    }
  }
  const { samePerson: threshold, threads, signal } = options;
  return {
    people,
    kept,
    dropped: dropped.sort((a, b) => (a.source < b.source ? -1 : 1)),
    comparedFrom: directions.length > 0 ? threshold : undefined,
    samePeople:
      threshold === undefined ? [] : await findSamePeople(directions, { threshold, threads, signal }),
    samePictures,
    severalFaces: kept.filter(({ crop }) => crop.faces > 1).map(({ crop }) => crop.source),
  };
}

async function withoutNearCopies(
  crops: readonly StoredCrop[],
  journal: Journal,
  threshold: number,
  dropped: Dropped[],
): Promise<StoredCrop[]> {
  const thumbnails = await Promise.all(crops.map(crop => journal.thumbnail(crop)));
  const copies = findNearCopies(thumbnails, threshold);
  return crops.filter(({ source }, i) => {
    const earlier = copies[i];
    if (earlier === undefined) return true;
    const first = crops[earlier]!.source;
    dropped.push({
      source,
      reason: 'near-copy',
      detail: `The same picture as ${first}, saved anew.`,
      of: first,
    });
    return false;
  });
}
