// Verification by group of people (skin tone, sex, age ...), where the user says who belongs where.
// All groups are judged at ONE threshold, as a deployed system would: differences then show as different error rates.
// Genuine pairs belong to their person's group; impostor pairs within a group tell its FAR, and pairs of two groups are a
// row of their own, so that the worst case of any two people is seen.
import { InsightFaceError } from '../errors.js';
import { splitFields } from './csv.js';
import { type Estimate, wilsonEstimate } from './statistics.js';
import type { VerificationResult } from './verification.js';

/** Error rates of one group at the common threshold; intervals are 95 % Wilson. Null where there are no such pairs. */
export interface GroupResult {
  readonly group: string;
  /** Pairs with both images in the group. */
  readonly pairs: number;
  readonly missed: number;
  /** Share of its pairs judged rightly; a missed pair is an error. */
  readonly accuracy: Estimate;
  readonly tar: Estimate | null;
  readonly far: Estimate | null;
}

/** False accepts between two groups at the common threshold. */
export interface CrossGroupResult {
  readonly groups: readonly [string, string];
  readonly pairs: number;
  readonly far: Estimate;
}

/** The whole breakdown. */
export interface GroupBreakdown {
  readonly threshold: number;
  readonly groups: readonly GroupResult[];
  readonly cross: readonly CrossGroupResult[];
  /** Pairs with an image of no known group: they are in no row. */
  readonly ungrouped: number;
  /** The group whose people are rejected most, and the group or two groups with the highest FAR. */
  readonly worst: {
    readonly tar: { readonly group: string; readonly value: number } | null;
    readonly far: { readonly groups: readonly string[]; readonly value: number } | null;
  };
}

/**
 * Reads `image,group` or `person,group` lines (comma, semicolon or tab; a header line is passed over).
 * @throws InsightFaceError `DATASET_INVALID` with the line's number, also when one name is given two groups.
 */
export function parseGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || (i === 0 && /^"?(image|person|name)"?[,;\t]/i.test(line)))
      continue;
    const [name, group, ...more] = splitFields(line);
    if (!name || !group || more.length > 0)
      throw new InsightFaceError(
        'DATASET_INVALID',
        `Line ${i + 1} of the groups file should be \`image,group\` or \`person,group\`, but is: ${line.slice(0, 120)}`,
      );
    if ((groups.get(name) ?? group) !== group)
      throw new InsightFaceError(
        'DATASET_INVALID',
        `Line ${i + 1} of the groups file gives ${name} a second group; keep one.`,
      );
    groups.set(name, group);
  }
  if (groups.size === 0) throw new InsightFaceError('DATASET_INVALID', 'The groups file names no group.');
  return groups;
}

/** The group of an image: by its own name, with or without ending, or by the folder (person) it lies in. */
export function groupOfImage(groups: ReadonlyMap<string, string>, image: string): string | undefined {
  const folder = image.slice(0, Math.max(0, image.lastIndexOf('/')));
  return groups.get(image) ?? groups.get(image.replace(/\.\w+$/, '')) ?? groups.get(folder);
}

/**
 * Error rates by group at one threshold.
 * @param threshold cosine similarity at or above which a pair is accepted, such as `result.summary.thresholds['1e-3']`.
 */
export function breakDownByGroup(
  result: Pick<VerificationResult, 'pairs' | 'similarities'>,
  groups: ReadonlyMap<string, string>,
  threshold: number,
): GroupBreakdown {
  const within = new Map<string, Counts>();
  const between = new Map<string, Counts & { readonly groups: readonly [string, string] }>();
  let ungrouped = 0;
  for (const [i, { a, b, same }] of result.pairs.entries()) {
    const [first, second] = [groupOfImage(groups, a), groupOfImage(groups, b)];
    if (first === undefined || second === undefined) {
      ungrouped++;
      continue;
    }
    const similarity = result.similarities[i]!;
    if (first === second) count(entry(within, first, emptyCounts), same, similarity, threshold);
    else {
      const both: readonly [string, string] = first < second ? [first, second] : [second, first];
      const row = entry(between, JSON.stringify(both), () => ({ ...emptyCounts(), groups: both }));
      count(row, same, similarity, threshold);
    }
  }
  const rows = [...within]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, counts]) => groupResult(group, counts));
  const cross = [...between.values()]
    .filter(counts => counts.impostor > 0)
    .map(counts => ({
      groups: counts.groups,
      pairs: counts.impostor,
      far: wilsonEstimate(counts.falseAccepts, counts.impostor),
    }))
    .sort((a, b) => b.far.value - a.far.value);
  return { threshold, groups: rows, cross, ungrouped, worst: worstOf(rows, cross) };
}

interface Counts {
  pairs: number;
  missed: number;
  genuine: number;
  trueAccepts: number;
  /** Compared impostor pairs. */
  impostor: number;
  falseAccepts: number;
}

function emptyCounts(): Counts {
  return { pairs: 0, missed: 0, genuine: 0, trueAccepts: 0, impostor: 0, falseAccepts: 0 };
}

function count(counts: Counts, same: boolean, similarity: number, threshold: number): void {
  const missed = Number.isNaN(similarity);
  const accepted = similarity >= threshold;
  counts.pairs++;
  if (missed) counts.missed++;
  if (same) {
    counts.genuine++;
    if (accepted) counts.trueAccepts++;
  } else if (!missed) {
    counts.impostor++;
    if (accepted) counts.falseAccepts++;
  }
}

function groupResult(group: string, counts: Counts): GroupResult {
  const { pairs, missed, genuine, trueAccepts, impostor, falseAccepts } = counts;
  return {
    group,
    pairs,
    missed,
    accuracy: wilsonEstimate(trueAccepts + impostor - falseAccepts, pairs),
    tar: genuine === 0 ? null : wilsonEstimate(trueAccepts, genuine),
    far: impostor === 0 ? null : wilsonEstimate(falseAccepts, impostor),
  };
}

function worstOf(rows: readonly GroupResult[], cross: readonly CrossGroupResult[]): GroupBreakdown['worst'] {
  const tars = rows.flatMap(({ group, tar }) => (tar ? [{ group, value: tar.value }] : []));
  const fars = [
    ...rows.flatMap(({ group, far }) => (far ? [{ groups: [group], value: far.value }] : [])),
    ...cross.map(({ groups, far }) => ({ groups: [...groups], value: far.value })),
  ];
  return {
    tar: tars.sort((a, b) => a.value - b.value)[0] ?? null,
    far: fars.sort((a, b) => b.value - a.value)[0] ?? null,
  };
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const present = map.get(key);
  if (present !== undefined) return present;
  const created = create();
  map.set(key, created);
  return created;
}
