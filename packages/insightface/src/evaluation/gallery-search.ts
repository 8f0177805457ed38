// One 1:N search of many probes, and its figures over one or more galleries; the definitions stand in identification.ts.
import { InsightFaceError } from '../errors.js';
import { dot } from '../recognition/similarity.js';
import { farKey, type MeanAndStd, meanAndStd } from './statistics.js';

/** People who are enrolled, and the images that search among them. */
export interface SearchPlan {
  readonly people: readonly { readonly person: string; readonly images: readonly string[] }[];
  /** `mate` is the number of the probe's person in `people`, -1 for the unknown. */
  readonly probes: readonly { readonly image: string; readonly person: string; readonly mate: number }[];
}

/** What one probe found. */
export interface ProbeOutcome {
  readonly image: string;
  readonly person: string;
  /** Rank of the right person from 1; Infinity when missed; NaN for an unknown person. */
  readonly rank: number;
  /** Highest score, and whose image it was; NaN and undefined when the probe gave no embedding. */
  readonly best: number;
  readonly bestPerson: string | undefined;
  readonly bestImage: string | undefined;
}

/** Outcome of all probes of one gallery. */
export interface SearchOutcome {
  /** People with at least one template. */
  readonly gallery: number;
  /** Probes of enrolled people. */
  readonly mated: readonly ProbeOutcome[];
  /** Probes of others that were searched. */
  readonly unknown: readonly ProbeOutcome[];
}

/** Searches every probe among all people, by the highest cosine over a person's images. */
export function searchGallery(plan: SearchPlan, units: ReadonlyMap<string, Float32Array>): SearchOutcome {
  const templates = plan.people.map(({ images }) =>
    images.flatMap(image => {
      const unit = units.get(image);
      return unit ? [{ image, unit }] : [];
    }),
  );
  const mated: ProbeOutcome[] = [];
  const unknown: ProbeOutcome[] = [];
  const scores = new Float64Array(templates.length);
  for (const { image, person, mate } of plan.probes) {
    const probe = units.get(image);
    if (!probe) {
      const rank = Number.POSITIVE_INFINITY;
      if (mate >= 0)
        mated.push({ image, person, rank, best: Number.NaN, bestPerson: undefined, bestImage: undefined });
      continue;
    }
    let best = Number.NEGATIVE_INFINITY;
    let bestPerson: string | undefined;
    let bestImage: string | undefined;
    for (const [p, own] of templates.entries()) {
      let highest = Number.NEGATIVE_INFINITY;
      for (const template of own) {
        const score = dot(probe, template.unit);
        if (score > highest) highest = score;
        // A tie never helps: the mate comes behind whoever scores the same.
        if (score < best || (score === best && bestPerson !== person)) continue;
        best = score;
        bestPerson = plan.people[p]!.person;
        bestImage = template.image;
      }
      scores[p] = highest;
    }
    const rank = mate < 0 ? Number.NaN : rankOf(scores, mate);
    (mate < 0 ? unknown : mated).push({ image, person, rank, best, bestPerson, bestImage });
  }
  return { gallery: templates.filter(own => own.length > 0).length, mated, unknown };
}

/** CMC: the share of mated probes at each rank from 1, over the galleries. */
export function matchCharacteristic(outcomes: readonly SearchOutcome[], depth: number): MeanAndStd[] {
  return Array.from({ length: depth }, (_, k) =>
    meanAndStd(outcomes.map(({ mated }) => mated.filter(({ rank }) => rank <= k + 1).length / mated.length)),
  );
}

/** DIR by false alarm rate, with the threshold that gives it. Empty when nobody unknown was searched. */
export function openSetRates(
  outcomes: readonly SearchOutcome[],
  fars?: readonly number[],
): Record<string, MeanAndStd & { threshold: number }> {
  const fewest = Math.min(...outcomes.map(({ unknown }) => unknown.length));
  if (fewest === 0) return {};
  const wanted = fars ?? [1e-1, 1e-2, 1e-3].filter(far => far * fewest >= 1 - 1e-9);
  return Object.fromEntries(wanted.map(far => [farKey(far), openSetRate(outcomes, far)]));
}

function openSetRate(outcomes: readonly SearchOutcome[], far: number): MeanAndStd & { threshold: number } {
  if (!(far >= 0 && far <= 1))
    throw new InsightFaceError('INVALID_ARGUMENT', `A false alarm rate lies between 0 and 1, not ${far}.`);
  const rates = outcomes.map(({ mated, unknown }) => {
    const falling = Float64Array.from(unknown, ({ best }) => best)
      .sort()
      .reverse();
    const allowed = Math.floor(far * falling.length + 1e-9);
    // Strictly above the first alarm too many; a tie with it would exceed the rate.
    const limit = allowed < falling.length ? falling[allowed]! : Number.NEGATIVE_INFINITY;
    const hits = mated.filter(({ rank, best }) => rank === 1 && best > limit).length;
    return { limit, rate: hits / mated.length };
  });
  return {
    ...meanAndStd(rates.map(({ rate }) => rate)),
    threshold: meanAndStd(rates.map(({ limit }) => Math.max(-1, limit))).mean,
  };
}

function rankOf(scores: Float64Array, mate: number): number {
  const own = scores[mate]!;
  if (own === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
  let rank = 1;
  for (let p = 0; p < scores.length; p++) if (p !== mate && scores[p]! >= own) rank++;
  return rank;
}
