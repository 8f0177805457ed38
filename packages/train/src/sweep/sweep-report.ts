// The end of a sweep: its trials from best to worst, as rows, and as a page with a plot of each parameter.
import { reportParts } from 'insightface-ts';
import type { Sweep } from './sweep-file.js';
import type { Trial } from './trials.js';

const { FIELD, html, linearScale, logScale, page, place, plot, section, table } = reportParts;

/** What a trial came to in the last round it was in. */
export interface TrialResult {
  /** From 1. */
  readonly number: number;
  readonly values: Trial;
  /** Rounds it went through. */
  readonly rounds: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly auc: number | null;
  /** Why it did not end, such as a loss that is not finite. */
  readonly error?: string;
}

/** The better of two results first: more rounds, then the metric; failed ones last. */
export function compareResults(metric: Sweep['metric']): (a: TrialResult, b: TrialResult) => number {
  const score = (result: TrialResult) => {
    const value = metric === 'accuracy' ? result.accuracy : result.loss === null ? null : -result.loss;
    return value === null || result.error !== undefined ? Number.NEGATIVE_INFINITY : value;
  };
  const order = (a: number, b: number) => (a === b ? 0 : b > a ? 1 : -1);
  return (a, b) => order(a.rounds, b.rounds) || order(score(a), score(b)) || a.number - b.number;
}

/** Head and rows of the table. @param results in the order wanted. */
export function sweepRows(results: readonly TrialResult[]): string[][] {
  const keys = Object.keys(results[0]?.values ?? {});
  const someFailed = results.some(({ error }) => error !== undefined);
  return [
    ['trial', ...keys, 'rounds', 'loss', 'accuracy', 'AUC', ...(someFailed ? ['failed'] : [])],
    ...results.map(({ number, values, rounds, loss, accuracy, auc, error }) => [
      String(number),
      ...keys.map(key => String(values[key])),
      String(rounds),
      loss === null ? '–' : loss.toFixed(4),
      accuracy === null ? '–' : `${(accuracy * 100).toFixed(2)} %`,
      auc === null ? '–' : auc.toFixed(4),
      ...(someFailed ? [error ?? ''] : []),
    ]),
  ];
}

/** The page's text. @param results the best first. */
export function sweepReport(name: string, sweep: Sweep, results: readonly TrialResult[]): string {
  const [head = [], ...rows] = sweepRows(results);
  const best = results[0];
  return page(
    {
      title: `Sweep of ${name}`,
      settings: [
        ['Search', sweep.search],
        ['Trials', String(results.length)],
        [
          'Rounds',
          sweep.rounds
            .map(round => `${round.steps ?? round.minutes} ${round.steps ? 'steps' : 'min'}`)
            .join(', '),
        ],
      ],
    },
    best
      ? Object.entries(best.values).map(([key, value]) => ({
          label: key,
          value: String(value),
          note: 'of the best trial',
        }))
      : [],
    [
      section(
        'Each parameter',
        'One dot a trial, at what it came to in its last round; filled: it went through all rounds.',
        html`<div class="plots">${Object.keys(best?.values ?? {}).map(key => parameterPlot(key, sweep, results))}</div>`,
      ),
      section(
        'Trials',
        'The best first. Loss is the last mean; accuracy is of the first evaluation set.',
        table(head, rows),
      ),
    ],
  );
}

function parameterPlot(key: string, sweep: Sweep, results: readonly TrialResult[]) {
  const value = (result: TrialResult) => (sweep.metric === 'accuracy' ? result.accuracy : result.loss);
  const dots = results.flatMap(result => {
    const x = result.values[key];
    const y = value(result);
    return typeof x === 'number' && y !== null
      ? [{ x, y, whole: result.rounds === sweep.rounds.length }]
      : [];
  });
  if (dots.length === 0) return undefined;
  const [left, right] = extent(dots.map(dot => dot.x));
  const [low, high] = extent(dots.map(dot => dot.y));
  const isLog = left > 0 && right / left >= 20;
  const across = [FIELD.left, FIELD.right] as const;
  const margin = (from: number, to: number): [number, number] => {
    const room = (to - from) * 0.06 || Math.abs(to) * 0.1 || 1;
    return [from - room, to + room];
  };
  const x = isLog
    ? logScale([Math.floor(Math.log10(left)), Math.ceil(Math.log10(right))], across)
    : linearScale(margin(left, right), across, figure);
  const y = linearScale(margin(low, high), [FIELD.bottom, FIELD.top], figure);
  return plot({
    ...{
      title: key,
      caption: `What each trial came to, by ${key}.`,
      x,
      y,
      xLabel: key,
      yLabel: sweep.metric,
    },
    marks: dots.map(
      dot =>
        html`<circle cx="${place(x, dot.x)}" cy="${place(y, dot.y)}" r="4" stroke="var(--same)" fill="${dot.whole ? 'var(--same)' : 'none'}"/>`,
    ),
  });
}

function extent(values: readonly number[]): [number, number] {
  return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
