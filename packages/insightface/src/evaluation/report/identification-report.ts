// The report of `insightface eval identification`: rank-k, DIR, and the worst errors of the first gallery.
import type { ProbeOutcome } from '../gallery-search.js';
import type { IdentificationResult } from '../identification.js';
import { count, percent, percentWithStd, rate } from './format.js';
import { html, type Markup } from './html.js';
import { errorCards, page, type ReportOptions, section, table } from './page.js';
import { FIELD, place, plot, shareScale } from './plot.js';

const SHOWN_ERRORS = 24;

/** One self-contained HTML page; see {@link verificationReport}. */
export function identificationReport(result: IdentificationResult, options: ReportOptions): string {
  const rates = Object.entries(result.dir);
  const open = rates.find(([far]) => far === '1e-2') ?? rates.at(-1);
  const { misidentified, alarms } = result;
  const tiles = [
    {
      label: 'Rank 1',
      value: percent(result.cmc[0]!.mean),
      note:
        result.draws > 1 ? `± ${(result.cmc[0]!.std * 100).toFixed(2)} over ${result.draws} galleries` : '',
    },
    ...(open
      ? [
          {
            label: `DIR at FPIR ${rate(Number(open[0]))}`,
            value: percent(open[1].mean),
            note: 'found, with unknown people',
          },
        ]
      : []),
    { label: 'People enrolled', value: count(result.gallery), note: '' },
    {
      label: 'Searches',
      value: count(result.matedProbes),
      note: `and ${count(result.unknownProbes)} of unknown people`,
    },
    { label: 'Images missed', value: count(result.missedImages.length), note: 'each a failed search' },
  ];
  return page(options, tiles, [
    section(
      'Closed set',
      'Everyone who searches is enrolled: how often the right person is among the best k.',
      html`<div class="plots">${rankPlot(result)}</div>`,
    ),
    rates.length > 0 &&
      section(
        'Open set',
        'Unknown people search as well. DIR: the right person comes first and above the threshold, at which only that share of unknown searches gets any name.',
        table(
          ['false alarms at most', 'threshold', 'DIR'],
          rates.map(([far, value]) => [rate(Number(far)), value.threshold.toFixed(4), percentWithStd(value)]),
        ),
      ),
    misidentified.length > 0 &&
      section(
        'Not recognised',
        'Searches of enrolled people whose right name did not come first, the most certain mistakes first. Left the probe, right the image that won.',
        cards(misidentified, options),
      ),
    alarms.length > 0 &&
      section(
        'Nearest false alarms',
        'Unknown people, and the enrolled image that is most like them.',
        cards(alarms, options),
      ),
  ]);
}

function cards(outcomes: readonly ProbeOutcome[], { picture }: ReportOptions): Markup {
  return errorCards(
    outcomes.slice(0, SHOWN_ERRORS).map(({ image, person, rank, best, bestPerson, bestImage }) => ({
      images: [image, ...(bestImage === undefined ? [] : [bestImage])],
      text: Number.isNaN(best) ? 'no face' : best.toFixed(3),
      details: [
        bestPerson === undefined ? person : `${person} → ${bestPerson}`,
        ...(rank > 1 && Number.isFinite(rank) ? [`own rank ${rank}`] : []),
      ],
    })),
    picture,
  );
}

function rankPlot({ cmc }: IdentificationResult): Markup {
  const y = shareScale(cmc[0]!.mean - cmc[0]!.std);
  const step = (FIELD.right - FIELD.left) / cmc.length;
  const x = {
    place: (rank: number) => FIELD.left + (rank - 0.5) * step,
    ticks: cmc
      .map((_, i) => ({ value: i + 1, label: String(i + 1) }))
      .filter(({ value }) => value === 1 || value % 5 === 0 || cmc.length <= 10),
  };
  return plot({
    title: 'Rank-k rate',
    caption: 'Share of the searches whose right person is among the best k.',
    xLabel: 'k',
    yLabel: 'found',
    ...{ x, y },
    marks: cmc.map(
      ({ mean, std }, i) =>
        html`<path class="curve same" stroke-opacity="0.4" d="M${place(x, i + 1)} ${place(y, Math.min(1, mean + std))}V${place(y, mean - std)}"/><circle class="dot same" r="5" cx="${place(x, i + 1)}" cy="${place(y, mean)}"><title>rank ${i + 1}: ${percent(mean)}</title></circle>`,
    ),
  });
}
