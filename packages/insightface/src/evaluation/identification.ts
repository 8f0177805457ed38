// Identification (1:N) with NIST's definitions (FRVT/FRTE 1:N, NISTIR 8271):
// - closed set: the rank-k rate is the share of mated probes whose person is among the k best candidates (CMC);
// - open set: DIR (TPIR) at a false alarm rate is the share of mated probes whose person is the best candidate AND scores
//   above the threshold at which that share of unknown probes (FPIR) gets any candidate.
// A person's score is the highest over the enrolled images. Equal scores never help: a mate is ranked behind every other
// person with the same score. A mated probe without a face, or whose person could not be enrolled, is a miss at every rank
// and threshold; an unknown probe without a face is no search and is left out of the false alarm rate.
import { InsightFaceError } from '../errors.js';
import {
  matchCharacteristic,
  openSetRates,
  type ProbeOutcome,
  type SearchOutcome,
  type SearchPlan,
  searchGallery,
} from './gallery-search.js';
import { mulberry32, shuffled } from './random.js';
import { type MeanAndStd, meanAndStd } from './statistics.js';
import { type EmbeddingVector, unitEmbeddings } from './verification.js';

/** One image of one person. */
export interface IdentificationItem {
  readonly image: string;
  readonly person: string;
}

/** What every kind of identification test may set. */
export interface IdentificationOptions {
  /** Ranks of the CMC. Default 20, or the number of people enrolled. */
  readonly ranks?: number;
  /** False alarm rates (FPIR) for DIR. Default 1e-1, 1e-2, 1e-3, as far as the unknown probes allow. */
  readonly fars?: readonly number[];
}

/** People of whom some are enrolled by lot. */
export interface IdentificationInput extends IdentificationOptions {
  readonly items: readonly IdentificationItem[];
  /** By image name. Absent or undefined: missed. */
  readonly embeddings: ReadonlyMap<string, EmbeddingVector | undefined>;
  /** Images enrolled of each known person; the rest are probes. Default 1. */
  readonly enrolled?: number;
  /** Share of the people who stay unknown in each draw, 0 to below 1. Default 0.5. */
  readonly unknown?: number;
  /** Random galleries drawn. Default 10. */
  readonly draws?: number;
  /** Seed of the draws. Default 1. */
  readonly seed?: number;
}

/** A gallery that is given, and the probes that search it; people whom it lacks are unknown. */
export interface GalleryInput extends IdentificationOptions {
  readonly gallery: readonly IdentificationItem[];
  readonly probes: readonly IdentificationItem[];
  /** By image name, for both. Absent or undefined: missed. */
  readonly embeddings: ReadonlyMap<string, EmbeddingVector | undefined>;
}

/** Figures over the draws: mean and population standard deviation. A given gallery counts as one draw. */
export interface IdentificationResult {
  readonly draws: number;
  /** Means over the draws. */
  readonly gallery: number;
  readonly matedProbes: number;
  readonly unknownProbes: number;
  /** Images that gave no embedding. */
  readonly missedImages: readonly string[];
  /** Entry k - 1 is the rank-k rate. */
  readonly cmc: readonly MeanAndStd[];
  /** By false alarm rate, such as `1e-2`. */
  readonly dir: Readonly<Record<string, MeanAndStd & { readonly threshold: number }>>;
  /** Of the first draw: probes whose person did not come first, the most certain mistakes first, missed ones last. */
  readonly misidentified: readonly ProbeOutcome[];
  /** Of the first draw: unknown probes, those that come nearest to somebody first. */
  readonly alarms: readonly ProbeOutcome[];
}

/**
 * Evaluates 1:N search on random galleries: same seed, same draws.
 * @throws InsightFaceError `DATASET_INVALID` when nobody has an image left over to search with; `INVALID_ARGUMENT` for
 * impossible options; `MODEL_MISMATCH` and `EMBEDDING_INVALID` as verification.
 */
export function evaluateIdentification(input: IdentificationInput): IdentificationResult {
  const { items, enrolled = 1, unknown = 0.5, draws = 10, seed = 1 } = input;
  if (!(Number.isInteger(enrolled) && enrolled >= 1 && Number.isInteger(draws) && draws >= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', 'enrolled and draws are whole numbers from 1.');
  if (!(unknown >= 0 && unknown < 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `unknown is a share from 0 to below 1, not ${unknown}.`);
  const people = [...byPerson(items).values()];
  if (!people.some(images => images.length > enrolled))
    throw new InsightFaceError(
      'DATASET_INVALID',
      `Nobody has more than ${enrolled} image(s): one must be enrolled and another searched for.`,
    );
  const units = singlePrecision(input.embeddings);
  const outcomes = Array.from({ length: draws }, (_, i) =>
    searchGallery(drawGallery(people, enrolled, unknown, mulberry32(seed + i)), units),
  );
  return summarise(items, units, outcomes, input);
}

/**
 * Evaluates 1:N search in a given gallery.
 * @throws InsightFaceError `DATASET_INVALID` when no probe shows a person of the gallery; others as
 * {@link evaluateIdentification}.
 */
export function evaluateGallery(input: GalleryInput): IdentificationResult {
  const enrolled = [...byPerson(input.gallery)];
  const place = new Map(enrolled.map(([person], i) => [person, i]));
  const plan: SearchPlan = {
    people: enrolled.map(([person, items]) => ({ person, images: items.map(item => item.image) })),
    probes: input.probes.map(probe => ({ ...probe, mate: place.get(probe.person) ?? -1 })),
  };
  if (!plan.probes.some(probe => probe.mate >= 0))
    throw new InsightFaceError(
      'DATASET_INVALID',
      'No probe shows a person of the gallery; the same person needs the same name in both.',
    );
  const units = singlePrecision(input.embeddings);
  return summarise([...input.gallery, ...input.probes], units, [searchGallery(plan, units)], input);
}

function summarise(
  items: readonly IdentificationItem[],
  units: ReadonlyMap<string, Float32Array>,
  outcomes: readonly SearchOutcome[],
  options: IdentificationOptions,
): IdentificationResult {
  const mean = (figure: (outcome: SearchOutcome) => number) => meanAndStd(outcomes.map(figure)).mean;
  const depth = options.ranks ?? Math.min(20, ...outcomes.map(({ gallery }) => Math.max(1, gallery)));
  // A missed probe has no score and comes last.
  const falling = (a: ProbeOutcome, b: ProbeOutcome) =>
    Number(Number.isNaN(a.best)) - Number(Number.isNaN(b.best)) || b.best - a.best || 0;
  return {
    draws: outcomes.length,
    gallery: mean(outcome => outcome.gallery),
    matedProbes: mean(outcome => outcome.mated.length),
    unknownProbes: mean(outcome => outcome.unknown.length),
    missedImages: items.map(item => item.image).filter(image => !units.has(image)),
    cmc: matchCharacteristic(outcomes, depth),
    dir: openSetRates(outcomes, options.fars),
    misidentified: outcomes[0]!.mated.filter(({ rank }) => rank > 1).sort(falling),
    alarms: outcomes[0]!.unknown.toSorted(falling),
  };
}

function byPerson(items: readonly IdentificationItem[]): Map<string, IdentificationItem[]> {
  const people = new Map<string, IdentificationItem[]>();
  for (const item of items) {
    const own = people.get(item.person);
    if (own) own.push(item);
    else people.set(item.person, [item]);
  }
  return people;
}

function drawGallery(
  people: readonly (readonly IdentificationItem[])[],
  enrolled: number,
  unknown: number,
  random: () => number,
): SearchPlan {
  // Someone with too few images can only be a stranger; strangers are drawn from the others until the share is reached.
  const order = shuffled(people, random);
  const [able, unable] = [order.filter(p => p.length > enrolled), order.filter(p => p.length <= enrolled)];
  const wanted = Math.max(0, Math.round(unknown * people.length) - unable.length);
  const strangers = Math.min(wanted, able.length - 1);
  const gallery: { person: string; images: string[] }[] = [];
  const probes: { image: string; person: string; mate: number }[] = [];
  for (const [mate, own] of able.slice(strangers).entries()) {
    const items = shuffled(own, random);
    gallery.push({ person: own[0]!.person, images: items.slice(0, enrolled).map(item => item.image) });
    for (const item of items.slice(enrolled)) probes.push({ ...item, mate });
  }
  const unknowns = unknown > 0 ? [...unable, ...able.slice(0, strangers)] : [];
  for (const item of unknowns.flat()) probes.push({ ...item, mate: -1 });
  return { people: gallery, probes };
}

function singlePrecision(
  embeddings: ReadonlyMap<string, EmbeddingVector | undefined>,
): Map<string, Float32Array> {
  const units = unitEmbeddings(embeddings);
  return new Map([...units].map(([name, unit]) => [name, Float32Array.from(unit)]));
}
