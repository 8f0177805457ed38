// The four pictures of a verification report.
import { acceptedAt, type Roc } from '../roc.js';
import type { VerificationResult } from '../verification.js';
import { percent, percentWithStd, rate } from './format.js';
import { html, type Markup } from './html.js';
import {
  area,
  curve,
  FIELD,
  linearScale,
  logScale,
  marker,
  note,
  type PlotPoint,
  place,
  plot,
  shareScale,
} from './plot.js';

const ACROSS = [FIELD.left, FIELD.right] as const;
const UP = [FIELD.bottom, FIELD.top] as const;
const BINS = 64;

/** True accept rate over false accept rate. The axis of rates ends where a single false accept is. */
export function rocPlot(roc: Roc): Markup {
  const x = logScale([lowestPower(roc.impostor), 0], ACROSS);
  const points: PlotPoint[] = [];
  for (let k = 0; k < roc.thresholds.length; k++) {
    // Of the points with equally many false accepts, the last has the highest TAR.
    if (roc.falseAccepts[k + 1] === roc.falseAccepts[k]) continue;
    const tar = roc.trueAccepts[k]! / roc.genuine;
    const before = points.at(-1);
    const far = roc.falseAccepts[k]! / roc.impostor;
    if (before) points.push([far, before[1]]);
    points.push([far, tar]);
  }
  const y = shareScale(points[0]?.[1] ?? 0);
  return plot({
    title: 'ROC',
    caption: 'How many true pairs are accepted when strangers may be accepted at a rate.',
    xLabel: 'false accept rate',
    yLabel: 'true accept rate',
    ...{ x, y },
    marks: curve('same', x, y, points),
  });
}

/** How similar same and different pairs are. */
export function scorePlot(result: VerificationResult): Markup {
  const scores = [...result.similarities].filter(score => !Number.isNaN(score));
  const low = Math.min(-0.2, Math.floor(least(scores) * 10) / 10);
  const x = linearScale([low, 1], ACROSS, value => value.toFixed(1));
  const shares = (same: boolean) => histogram(scoresOf(result, same), low);
  const [genuine, impostor] = [shares(true), shares(false)];
  const top = Math.max(...genuine, ...impostor, 1e-9) * 1.16;
  const y = linearScale([0, top], UP, value => percent(value, 0));
  const steps = (bins: readonly number[]): PlotPoint[] =>
    bins.flatMap((share, i): PlotPoint[] => {
      const at = (edge: number) => low + (edge * (1 - low)) / BINS;
      return [
        [at(i), share],
        [at(i + 1), share],
      ];
    });
  const label = (name: string, bins: readonly number[], text: string) => {
    const peak = bins.indexOf(Math.max(...bins));
    if (bins[peak] === 0) return undefined;
    const value = low + ((peak + 0.5) * (1 - low)) / BINS;
    return note(name, x.place(value), y.place(bins[peak]!) - 7, text, 'middle');
  };
  const threshold = result.summary.thresholds['1e-3'];
  return plot({
    title: 'Scores',
    caption: 'Share of the pairs of each kind by cosine similarity. Where the two overlap, errors are made.',
    xLabel: 'cosine similarity',
    yLabel: 'share of pairs',
    ...{ x, y },
    marks: [
      area('other', x, y, steps(impostor)),
      area('same', x, y, steps(genuine)),
      threshold !== undefined && marker(x, threshold, `FAR ${rate(1e-3)}`),
      label('other', impostor, 'different people'),
      label('same', genuine, 'same person'),
    ],
  });
}

/** Both error rates over the threshold. */
export function errorPlot(roc: Roc): Markup {
  const scores = roc.thresholds.slice(1);
  const low = Math.min(0, Math.floor((scores.at(-1) ?? 0) * 5) / 5);
  const x = linearScale([low, 1], ACROSS, value => value.toFixed(1));
  const y = logScale([lowestPower(Math.max(roc.impostor, roc.genuine)), 0], UP);
  const far: PlotPoint[] = [];
  const frr: PlotPoint[] = [];
  for (let i = 0; i <= 400; i++) {
    const threshold = low + (i * (1 - low)) / 400;
    const { falseAccepts, trueAccepts } = acceptedAt(roc, threshold);
    if (falseAccepts > 0) far.push([threshold, falseAccepts / roc.impostor]);
    if (trueAccepts < roc.genuine) frr.push([threshold, 1 - trueAccepts / roc.genuine]);
  }
  const end = far.at(-1);
  const last = frr.at(-1);
  return plot({
    title: 'Error rates by threshold',
    caption:
      'A higher threshold keeps more strangers out and turns more people away. Choose it for the rate you can bear.',
    xLabel: 'threshold (cosine similarity)',
    yLabel: 'error rate',
    ...{ x, y },
    marks: [
      curve('other', x, y, far),
      curve('same', x, y, frr),
      end && note('other', x.place(low) + 8, y.place(1) + 22, 'false accepts'),
      last && note('same', FIELD.right - 4, y.place(1) + 22, 'false rejects', 'end'),
    ],
  });
}

/** Accuracy of each fold with the threshold of the others. */
export function foldPlot({ folds }: VerificationResult): Markup {
  const { accuracy, mean, std } = folds;
  const y = shareScale(Math.min(...accuracy, mean - std));
  const step = (FIELD.right - FIELD.left) / accuracy.length;
  const x = {
    place: (fold: number) => FIELD.left + (fold - 0.5) * step,
    ticks: accuracy.map((_, i) => ({ value: i + 1, label: String(i + 1) })),
  };
  const top = y.place(Math.min(1, mean + std));
  return plot({
    title: 'Accuracy by fold',
    caption: `Each fold is judged with the threshold that was best on the others. Mean ${percentWithStd(folds)}.`,
    xLabel: 'fold',
    yLabel: 'accuracy',
    ...{ x, y },
    marks: [
      html`<rect class="band same" x="${FIELD.left}" width="${FIELD.right - FIELD.left}" y="${top.toFixed(1)}" height="${(y.place(mean - std) - top).toFixed(1)}"/>`,
      html`<path class="curve same" d="M${FIELD.left} ${place(y, mean)}H${FIELD.right}"/>`,
      accuracy.map(
        (value, i) =>
          html`<circle class="dot same" r="5" cx="${place(x, i + 1)}" cy="${place(y, value)}"><title>fold ${i + 1}: ${percent(value)}</title></circle>`,
      ),
    ],
  });
}

/** Power of ten at or below one in `count`. */
function lowestPower(count: number): number {
  return Math.min(-1, Math.floor(Math.log10(1 / Math.max(count, 1)) + 1e-9));
}

function scoresOf({ pairs, similarities }: VerificationResult, same: boolean): number[] {
  return [...similarities].filter((score, i) => pairs[i]!.same === same && !Number.isNaN(score));
}

function histogram(scores: readonly number[], low: number): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const score of scores) {
    const bin = Math.floor(((score - low) / (1 - low)) * BINS);
    bins[Math.min(BINS - 1, Math.max(0, bin))]! += 1 / scores.length;
  }
  return bins;
}

function least(values: readonly number[]): number {
  return values.reduce((lowest, value) => Math.min(lowest, value), 0);
}
