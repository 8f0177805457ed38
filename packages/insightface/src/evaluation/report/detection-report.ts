// The report of `insightface eval detection`: precision and recall, recall by size, point error, the worst images.
import type { DetectionResult, SizeRecall } from '../detection-metrics.js';
import { count, percent, percentInterval } from './format.js';
import { html, type Markup } from './html.js';
import { errorCards, page, type ReportOptions, section, type Tile, table } from './page.js';
import { curve, FIELD, linearScale, place, plot } from './plot.js';

const SHOWN_ERRORS = 24;
const POINT_NAMES = ['left eye', 'right eye', 'nose', 'left mouth corner', 'right mouth corner'];

/** One self-contained HTML page; see {@link verificationReport}. */
export function detectionReport(result: DetectionResult, options: ReportOptions): string {
  const { pointError, perImage } = result;
  const wrong = perImage
    .filter(({ missed, falsePositives }) => missed + falsePositives > 0)
    .sort((a, b) => b.missed - a.missed || b.falsePositives - a.falsePositives);
  return page(options, tiles(result), [
    result.ap !== null &&
      section(
        'Faces found',
        `${count(result.found)} of ${count(result.faces)} faces found, ${count(result.falsePositives)} detections that are none of them. A face is found when a box overlaps its own by the IoU given above.`,
        html`<div class="plots">${[precisionPlot(result), sizePlot(result.recallBySize)]}</div>`,
      ),
    result.recallBySize.length > 0 &&
      section(
        'Recall by size',
        'Size: the square root of the area of the true box, in pixels of the image.',
        table(
          ['size', 'faces', 'found', 'recall', '95 % interval'],
          result.recallBySize.map(bucket => [
            sizeName(bucket),
            count(bucket.faces),
            count(bucket.found),
            percent(bucket.value),
            percentInterval(bucket),
          ]),
        ),
      ),
    pointError &&
      section(
        'Points',
        `Distance from the marked points divided by the distance of the eyes, over ${count(pointError.faces)} faces that were found and have marks.`,
        table(
          ['point', 'mean error'],
          POINT_NAMES.map((name, i) => [name, percent(pointError.perPoint[i]!)]),
        ),
      ),
    wrong.length > 0 &&
      section(
        'Images with the most errors',
        'Missed faces first, then detections that are no marked face. Marks are often missing for people in the background.',
        errorCards(
          wrong.slice(0, SHOWN_ERRORS).map(({ image, missed, falsePositives }) => ({
            images: [image],
            text: `${missed} missed, ${falsePositives} false`,
            details: [image],
          })),
          options.picture,
        ),
      ),
  ]);
}

function tiles(result: DetectionResult): Tile[] {
  const { ap, recall, precision, pointError } = result;
  return [
    ...(ap === null ? [] : [{ label: 'Average precision', value: percent(ap), note: `IoU ${result.iou}` }]),
    ...(recall
      ? [{ label: 'Recall', value: percent(recall.value), note: `95 %: ${percentInterval(recall)}` }]
      : []),
    ...(precision
      ? [{ label: 'Precision', value: percent(precision.value), note: `95 %: ${percentInterval(precision)}` }]
      : []),
    ...(pointError
      ? [
          {
            label: 'Point error',
            value: percent(pointError.mean),
            note: `of eye distance; median ${percent(pointError.median)}`,
          },
        ]
      : []),
    {
      label: 'Images',
      value: count(result.images),
      note:
        result.failedImages.length === 0 ? 'all were read' : `${count(result.failedImages.length)} failed`,
    },
  ];
}

function precisionPlot({ curve: points }: DetectionResult): Markup {
  const x = linearScale([0, 1], [FIELD.left, FIELD.right], value => percent(value, 0));
  const y = linearScale([0, 1], [FIELD.bottom, FIELD.top], value => percent(value, 0));
  return plot({
    title: 'Precision and recall',
    caption: 'As the lowest score falls, more faces are found and more other things.',
    xLabel: 'recall',
    yLabel: 'precision',
    ...{ x, y },
    marks: curve(
      'same',
      x,
      y,
      points.map(point => [point.recall, point.precision] as const),
    ),
  });
}

function sizePlot(buckets: readonly SizeRecall[]): Markup {
  const y = linearScale([0, 1], [FIELD.bottom, FIELD.top], value => percent(value, 0));
  const step = (FIELD.right - FIELD.left) / buckets.length;
  const x = {
    place: (bucket: number) => FIELD.left + (bucket + 0.5) * step,
    ticks: buckets.map((bucket, i) => ({ value: i, label: sizeName(bucket) })),
  };
  return plot({
    title: 'Recall by size of the face',
    caption: 'With 95 % intervals.',
    xLabel: 'size of the face in pixels',
    yLabel: 'recall',
    ...{ x, y },
    marks: buckets.map(
      (bucket, i) =>
        html`<path class="curve same" stroke-opacity="0.4" d="M${place(x, i)} ${place(y, bucket.high)}V${place(y, bucket.low)}"/><circle class="dot same" r="5" cx="${place(x, i)}" cy="${place(y, bucket.value)}"><title>${sizeName(bucket)}: ${percent(bucket.value)}</title></circle>`,
    ),
  });
}

function sizeName({ from, to }: SizeRecall): string {
  return to === null ? `from ${from}` : `${from} – ${to - 1}`;
}
