// Identification (1:N) with NIST's definitions (FRVT/FRTE 1:N, NISTIR 8271):
// - closed set: the rank-k rate is the share of mated probes whose person is among the k best candidates (CMC);
// - open set: DIR (TPIR) at a false alarm rate is the share of mated probes whose person is the best candidate AND scores at
//   or above the threshold at which that share of unknown probes (FPIR) gets any candidate.
// A person's score is the highest over the enrolled images. Equal scores never help: a mate is ranked behind every other
// person with the same score. A mated probe without a face, or whose person could not be enrolled, is a miss at every rank
// and threshold; an unknown probe without a face is no search and is left out of the false alarm rate.
import { InsightFaceError } from '../errors.js';
import { mulberry32, shuffled } from './random.js';
import { farKey, type MeanAndStd, meanAndStd } from './statistics.js';
import { type EmbeddingVector, unitEmbeddings } from './verification.js';

/** One image of one person. */
export interface IdentificationItem {
  readonly image: string;
  readonly person: string;
}

export interface IdentificationInput {
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
  /** Ranks of the CMC. Default 20, or the number of people enrolled. */
  readonly ranks?: number;
  /** False alarm rates (FPIR) for DIR. Default 1e-1, 1e-2, 1e-3, as far as the unknown probes allow. */
  readonly fars?: readonly number[];
}

/** Figures over the draws: mean and population standard deviation. */
export interface IdentificationResult {
  readonly draws: number;
  readonly seed: number;
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
}

/** Outcome of all probes of one gallery. */
interface Draw {
  readonly gallery: number;
  /** [mated] rank of the right person from 1; Infinity when missed. */
  readonly ranks: number[];
  /** [mated] score of the right person where it came first, else NaN. */
  readonly hits: number[];
  /** Best score of each unknown probe that was searched. */
  readonly alarms: number[];
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
  const units = singlePrecision(unitEmbeddings(input.embeddings));
  const people = new Map<string, IdentificationItem[]>();
  for (const item of items) {
    const own = people.get(item.person);
    if (own) own.push(item);
    else people.set(item.person, [item]);
  }
  const searchable = [...people.values()].filter(images => images.length > enrolled);
  if (searchable.length === 0)
    throw new InsightFaceError(
      'DATASET_INVALID',
      `Nobody has more than ${enrolled} image(s): one must be enrolled and another searched for.`,
    );
  const results = Array.from({ length: draws }, (_, i) =>
    search(drawGallery([...people.values()], enrolled, unknown, mulberry32(seed + i)), units),
  );
  const mean = (figure: (draw: Draw) => number) => meanAndStd(results.map(figure)).mean;
  const depth = input.ranks ?? Math.min(20, ...results.map(draw => Math.max(1, draw.gallery)));
  const fewestAlarms = Math.min(...results.map(draw => draw.alarms.length));
  const fars = input.fars ?? [1e-1, 1e-2, 1e-3].filter(far => far * fewestAlarms >= 1 - 1e-9);
  return {
    draws,
    seed,
    gallery: mean(draw => draw.gallery),
    matedProbes: mean(draw => draw.ranks.length),
    unknownProbes: mean(draw => draw.alarms.length),
    missedImages: items.map(item => item.image).filter(image => !units.has(image)),
    cmc: Array.from({ length: depth }, (_, k) =>
      meanAndStd(results.map(draw => draw.ranks.filter(rank => rank <= k + 1).length / draw.ranks.length)),
    ),
    dir: fewestAlarms === 0 ? {} : Object.fromEntries(fars.map(far => [farKey(far), openSet(results, far)])),
  };
}

/** A gallery of known people, and the probes that search it. */
interface Gallery {
  /** [people][enrolled] image names. */
  readonly people: readonly (readonly string[])[];
  /** Image and the number of its person in the gallery, -1 for the unknown. */
  readonly probes: readonly { readonly image: string; readonly mate: number }[];
}

function drawGallery(
  people: readonly (readonly IdentificationItem[])[],
  enrolled: number,
  unknown: number,
  random: () => number,
): Gallery {
  // Someone with too few images can only be a stranger; strangers are drawn from the others until the share is reached.
  const order = shuffled(people, random);
  const [able, unable] = [order.filter(p => p.length > enrolled), order.filter(p => p.length <= enrolled)];
  const wanted = Math.max(0, Math.round(unknown * people.length) - unable.length);
  const strangers = Math.min(wanted, able.length - 1);
  const known = able.slice(strangers);
  const gallery: string[][] = [];
  const probes: { image: string; mate: number }[] = [];
  for (const [mate, images] of known.entries()) {
    const names = shuffled(images, random).map(item => item.image);
    gallery.push(names.slice(0, enrolled));
    for (const image of names.slice(enrolled)) probes.push({ image, mate });
  }
  const unknowns = unknown > 0 ? [...unable, ...able.slice(0, strangers)] : [];
  for (const { image } of unknowns.flat()) probes.push({ image, mate: -1 });
  return { people: gallery, probes };
}

function search(gallery: Gallery, units: ReadonlyMap<string, Float32Array>): Draw {
  const ranks: number[] = [];
  const hits: number[] = [];
  const alarms: number[] = [];
  const templates = gallery.people.map(images =>
    images.map(image => units.get(image)).filter(t => t !== undefined),
  );
  const scores = new Float64Array(templates.length);
  for (const { image, mate } of gallery.probes) {
    const probe = units.get(image);
    if (!probe) {
      if (mate >= 0) {
        ranks.push(Number.POSITIVE_INFINITY);
        hits.push(Number.NaN);
      }
      continue;
    }
    let best = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < templates.length; p++) {
      scores[p] = Number.NEGATIVE_INFINITY;
      for (const template of templates[p]!) scores[p] = Math.max(scores[p]!, dot(probe, template));
      best = Math.max(best, scores[p]!);
    }
    if (mate < 0) {
      alarms.push(best);
      continue;
    }
    const own = scores[mate]!;
    let rank = own === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : 1;
    for (let p = 0; p < scores.length; p++) if (p !== mate && scores[p]! >= own) rank++;
    ranks.push(rank);
    hits.push(rank === 1 ? own : Number.NaN);
  }
  return { gallery: templates.filter(own => own.length > 0).length, ranks, hits, alarms };
}

function openSet(draws: readonly Draw[], far: number): MeanAndStd & { threshold: number } {
  if (!(far >= 0 && far <= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `A false alarm rate lies between 0 and 1, not ${far}.`);
  const outcomes = draws.map(({ alarms, hits }) => {
    const falling = Float64Array.from(alarms).sort().reverse();
    const allowed = Math.floor(far * falling.length + 1e-9);
    // Strictly above the first alarm too many; a tie with it would exceed the rate.
    const limit = allowed < falling.length ? falling[allowed]! : Number.NEGATIVE_INFINITY;
    return { limit, rate: hits.filter(hit => hit > limit).length / hits.length };
  });
  return {
    ...meanAndStd(outcomes.map(outcome => outcome.rate)),
    threshold: meanAndStd(outcomes.map(outcome => Math.max(-1, outcome.limit))).mean,
  };
}

function singlePrecision(units: ReadonlyMap<string, Float64Array>): Map<string, Float32Array> {
  return new Map([...units].map(([name, unit]) => [name, Float32Array.from(unit)]));
}

/** Four sums at once, so that additions need not wait for each other. */
function dot(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const whole = a.length & ~3;
  let d = 0;
  for (; d < whole; d += 4) {
    s0 += a[d]! * b[d]!;
    s1 += a[d + 1]! * b[d + 1]!;
    s2 += a[d + 2]! * b[d + 2]!;
    s3 += a[d + 3]! * b[d + 3]!;
  }
  for (; d < a.length; d++) s0 += a[d]! * b[d]!;
  return s0 + s1 + (s2 + s3);
}
