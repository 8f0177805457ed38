// The report of `insightface eval verification`: figures, plots, thresholds, groups, and the worst errors.
import type { GroupBreakdown } from '../groups.js';
import { type VerificationResult, worstErrors } from '../verification.js';
import { count, percent, percentInterval, rate } from './format.js';
import { html, type Markup } from './html.js';
import { errorCards, page, type ReportOptions, section, type Tile, table } from './page.js';
import { errorPlot, foldPlot, rocPlot, scorePlot } from './verification-plots.js';

const SHOWN_ERRORS = 24;

/** Options of {@link verificationReport}. */
export interface VerificationReportOptions extends ReportOptions {
  readonly groups?: GroupBreakdown;
}

/**
 * One self-contained HTML page, light and dark, without scripts. Pictures are shown by reference only.
 * @returns the text of the page.
 */
export function verificationReport(result: VerificationResult, options: VerificationReportOptions): string {
  const { falseAccepts, falseRejects } = worstErrors(result, SHOWN_ERRORS);
  return page(options, tiles(result), [
    section(
      'Curves',
      `${count(result.roc.genuine)} pairs of the same person, ${count(result.roc.impostor + result.roc.missedImpostor)} of different people.`,
      html`<div class="plots">${[result.auc !== null && rocPlot(result.roc), scorePlot(result), errorPlot(result.roc), foldPlot(result)]}</div>`,
    ),
    result.tar.length > 0 && thresholds(result),
    options.groups && groups(options.groups),
    errors(
      'Different people taken for the same',
      'Wrongly accepted with the threshold of their fold, the most similar first.',
      result,
      falseAccepts,
      options,
    ),
    errors(
      'Same person turned away',
      'Wrongly rejected with the threshold of their fold: pairs with an image that gave no face, then the least similar.',
      result,
      falseRejects,
      options,
    ),
    html`<section><h2>How it was counted</h2>
<p>Accuracy: the threshold that is best on nine folds judges the tenth (LFW View 2, as InsightFace counts it). A pair is
accepted when its cosine similarity reaches the threshold. TAR at a FAR: the share of same pairs accepted at the lowest
threshold that accepts no more than that share of different pairs, with its 95 % Wilson interval. A pair with a missed
image is an error in accuracy and a false reject in TAR; it is left out of FAR, because a model must not lower that rate
by missing faces. Thresholds hold for this model, its alignment and photos like these alone.</p></section>`,
  ]);
}

function tiles({ summary, roc, eer, tar }: VerificationResult): Tile[] {
  const point = tar.find(({ target }) => target === 1e-3) ?? tar.at(-1);
  return [
    {
      label: 'Accuracy',
      value: percent(summary.accuracy.mean),
      note: `± ${(summary.accuracy.std * 100).toFixed(2)} over the folds`,
    },
    ...(point
      ? [
          {
            label: `TAR at FAR ${rate(point.target)}`,
            value: percent(point.value),
            note: `95 %: ${percentInterval(point)}`,
          },
        ]
      : []),
    ...(eer
      ? [{ label: 'Equal error rate', value: percent(eer.value), note: `at ${eer.threshold.toFixed(3)}` }]
      : []),
    ...(summary.auc === null ? [] : [{ label: 'Area under ROC', value: percent(summary.auc, 3), note: '' }]),
    {
      label: 'Pairs',
      value: count(summary.pairs),
      note:
        summary.missed === 0
          ? 'no image missed'
          : `${count(roc.missedGenuine + roc.missedImpostor)} with a missed image`,
    },
  ];
}

function thresholds({ tar }: VerificationResult): Markup {
  return section(
    'Thresholds',
    'Take the row whose rate of false accepts your use can bear. The rarer the rate, the fewer pairs it rests on.',
    table(
      ['FAR at most', 'threshold', 'FAR measured', 'TAR', '95 % interval', 'false rejects'],
      tar.map(point => [
        rate(point.target),
        point.threshold.toFixed(4),
        percent(point.far, 4),
        percent(point.value),
        percentInterval(point),
        percent(1 - point.value),
      ]),
    ),
  );
}

function groups(breakdown: GroupBreakdown): Markup {
  const { threshold, ungrouped, cross } = breakdown;
  const aside = ungrouped > 0 ? ` ${count(ungrouped)} pairs have an image of no known group.` : '';
  return section(
    'Groups',
    `All groups at one threshold, ${threshold.toFixed(4)}, as a system in use would judge them.${aside}`,
    [
      table(
        ['group', 'pairs', 'missed', 'accuracy', 'TAR', '95 % interval', 'FAR', '95 % interval'],
        breakdown.groups.map(({ group, pairs, missed, accuracy, tar, far }) => [
          group,
          count(pairs),
          count(missed),
          percent(accuracy.value),
          tar ? percent(tar.value) : '–',
          tar ? percentInterval(tar) : '–',
          far ? percent(far.value, 3) : '–',
          far ? percentInterval(far) : '–',
        ]),
      ),
      cross.length > 0 &&
        table(
          ['between two groups', 'pairs', 'FAR', '95 % interval'],
          cross.map(({ groups: [a, b], pairs, far }) => [
            `${a} and ${b}`,
            count(pairs),
            percent(far.value, 3),
            percentInterval(far),
          ]),
        ),
    ],
  );
}

function errors(
  title: string,
  lead: string,
  result: VerificationResult,
  indices: readonly number[],
  { picture }: ReportOptions,
): Markup | undefined {
  if (indices.length === 0) return undefined;
  const cards = indices.map(i => {
    const { a, b } = result.pairs[i]!;
    const similarity = result.similarities[i]!;
    return {
      images: [a, b],
      text: Number.isNaN(similarity) ? 'no face' : similarity.toFixed(3),
      details: [a, b],
    };
  });
  return section(title, lead, errorCards(cards, picture));
}
