// RUN/report.html: the curves of a run on one page that needs nothing else.
import { reportParts } from 'insightface-ts';
import type { Experiment } from './experiment.js';
import type { MetricsLine } from './metrics.js';

const { count, curve, FIELD, html, linearScale, note, page, percent, plot, section, table } = reportParts;

const MEANS = 'Each point is the mean since the point before.';
const ACROSS = [FIELD.left, FIELD.right] as const;
const UP = [FIELD.bottom, FIELD.top] as const;
/** Points of a curve; of longer runs, means are drawn. */
const SHOWN_POINTS = 400;
/** Lines of the table of evaluations. */
const SHOWN_EVALUATIONS = 200;

/** The page's text. @param lines all of the run's metrics. */
export function runReport(experiment: Experiment, lines: readonly MetricsLine[]): string {
  const evaluated = lines.filter(line => line.eval !== undefined);
  const last = lines.at(-1);
  return page(
    {
      title: `Training ${experiment.name}`,
      settings: [
        ['Backbone', describePart(experiment.backbone)],
        ['Loss', describePart(experiment.loss)],
        ['Classifier', describePart(experiment.classifier)],
        ['Optimiser', describePart(experiment.optimizer)],
        ['Batch', String(experiment.batchSize * experiment.gradientAccumulation)],
        ['Seed', String(experiment.seed)],
      ],
    },
    tiles(evaluated, last),
    [
      section(
        'Curves',
        'Against the optimiser steps done.',
        html`<div class="plots">${[
          linePlot('Loss', MEANS, 'loss', [points(lines, line => line.loss)], short),
          linePlot('Learning rate', 'Of the step.', 'rate', [points(lines, line => line.lr)], short),
          ...setNames(evaluated).map(name => accuracyPlot(name, evaluated)),
          linePlot('Speed', MEANS, 'images/s', [points(lines, line => line.imagesPerSecond)], short),
        ]}</div>`,
      ),
      evaluated.length > 0 &&
        section(
          'Evaluations',
          'Accuracy: the threshold that is best on the other folds judges each fold.',
          table(
            ['step', 'epoch', 'loss', 'set', 'accuracy', 'area under ROC'],
            evaluated
              .slice(-SHOWN_EVALUATIONS)
              .map(({ step, epoch, loss, eval: figures }) => [
                ...[count(step), epoch.toFixed(2), loss.toFixed(4), figures!.name],
                `${percent(figures!.accuracy)} ± ${(figures!.std * 100).toFixed(2)}`,
                figures!.auc === null ? '–' : figures!.auc.toFixed(4),
              ]),
          ),
        ),
      section(
        'Experiment',
        'Every value, defaults filled in.',
        html`<pre class="scroll">${JSON.stringify(experiment, undefined, 2)}</pre>`,
      ),
    ],
  );
}

function tiles(evaluated: readonly MetricsLine[], last: MetricsLine | undefined) {
  if (!last) return [];
  const first = evaluated[0]?.eval?.name;
  const best = evaluated
    .filter(line => line.eval?.name === first)
    .reduce<MetricsLine | undefined>(
      (a, b) => (a && a.eval!.accuracy >= b.eval!.accuracy ? a : b),
      undefined,
    );
  return [
    { label: 'Steps', value: count(last.step), note: `${last.epoch.toFixed(2)} epochs` },
    { label: 'Loss', value: last.loss.toFixed(4) },
    { label: 'Images a second', value: last.imagesPerSecond.toFixed(1) },
    { label: 'Training time', value: `${(last.seconds / 60).toFixed(1)} min` },
    ...(best
      ? [{ label: `Best on ${first}`, value: percent(best.eval!.accuracy), note: `step ${count(best.step)}` }]
      : []),
  ];
}

function accuracyPlot(name: string, evaluated: readonly MetricsLine[]) {
  const of = evaluated.filter(line => line.eval?.name === name);
  return linePlot(
    name,
    'Blue: accuracy of ten folds. Orange: area under the ROC curve.',
    'share',
    [points(of, line => line.eval!.accuracy), points(of, line => line.eval!.auc ?? Number.NaN)],
    value => percent(value, 0),
  );
}

function linePlot(
  title: string,
  caption: string,
  yLabel: string,
  lines: readonly (readonly reportParts.PlotPoint[])[],
  label: (value: number) => string,
) {
  const drawn = lines.map(line => line.filter(([, y]) => Number.isFinite(y)));
  const all = drawn.flat();
  if (all.length === 0) return undefined;
  const x = linearScale(
    rangeOf(
      all.map(([step]) => step),
      0,
    ),
    ACROSS,
    short,
  );
  const y = linearScale(rangeOf(all.map(([, value]) => value)), UP, label);
  return plot({
    ...{ title, caption, x, y, yLabel },
    xLabel: 'step',
    marks: [
      ...drawn.map((line, i) => curve(i === 0 ? 'same' : 'other', x, y, line)),
      all.length === 1 && note('same', x.place(all[0]![0]), y.place(all[0]![1]) - 6, label(all[0]![1])),
    ],
  });
}

function rangeOf(values: readonly number[], from?: number): [number, number] {
  const low = from ?? values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const room = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.1 || 1;
  return [from ?? low - room, high + room];
}

function points(
  lines: readonly MetricsLine[],
  value: (line: MetricsLine) => number,
): reportParts.PlotPoint[] {
  const size = Math.ceil(lines.length / SHOWN_POINTS);
  return Array.from({ length: Math.ceil(lines.length / size) }, (_, i) => {
    const taken = lines.slice(i * size, (i + 1) * size);
    return [taken.at(-1)!.step, taken.reduce((sum, line) => sum + value(line), 0) / taken.length];
  });
}

function setNames(evaluated: readonly MetricsLine[]): string[] {
  return [...new Set(evaluated.map(line => line.eval!.name))];
}

function describePart({ name, ...options }: { readonly name: string }): string {
  const values = Object.entries(options).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return values.length > 0 ? `${name} (${values.join(', ')})` : name;
}

/** 12000 is `12 k`, 0.00031 is `3.1e-4`. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${Number((value / 1000).toPrecision(3))} k`;
  if (size !== 0 && size < 0.001) return Number(value.toPrecision(2)).toExponential();
  return String(Number(value.toPrecision(3)));
}
