// Pictures of a data set before and after augmentation, so that a person sees what a network will see.
import { createImage, encodePng, type Image, InsightFaceError, reportParts } from 'insightface-ts';
import type { FaceDataset } from '../data/face-dataset.js';
import { seededRandom, shuffle } from '../data/random.js';
import { type Augmentation, type AugmentationInput, createAugmenter, parseAugmentation } from './augment.js';

const { html, page, percent, section } = reportParts;

/** More do not stand side by side. */
const mostPictures = 48;

/** Settings of {@link augmentationSamples}. */
export interface SampleOptions {
  readonly augmentation: AugmentationInput;
  /** Pictures of the data set that are shown for each step, at most 48. Default 6. */
  readonly pictures?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** One step, or all of them together, on the same pictures. */
export interface SampleRow {
  readonly title: string;
  /** The step's options, and how often it is done. */
  readonly detail: string;
  readonly before: readonly Image[];
  readonly after: readonly Image[];
}

/**
 * Each step by itself, always done, and then all steps together with their probabilities.
 * @throws InsightFaceError `INVALID_ARGUMENT`; and what reading the data set throws.
 */
export async function augmentationSamples(
  dataset: FaceDataset,
  options: SampleOptions,
): Promise<SampleRow[]> {
  const { pictures = 6, seed = 0 } = options;
  const steps = parseAugmentation(options.augmentation);
  if (!Number.isInteger(pictures) || pictures < 1 || pictures > mostPictures)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `pictures is a whole number from 1 to ${mostPictures}, not ${pictures}.`,
    );
  const order = Uint32Array.from({ length: dataset.length }, (_, i) => i);
  shuffle(order, seededRandom(seed));
  const chosen = [...order.subarray(0, pictures)];
  const before = await Promise.all(chosen.map(async index => (await dataset.get(index)).pixels));
  const row = async (
    words: Pick<SampleRow, 'title' | 'detail'>,
    augmentation: Augmentation,
    number: number,
  ): Promise<SampleRow> => {
    const augment = createAugmenter(augmentation);
    const after = before.map((image, i) => augment(image, seededRandom(seed, number, i)));
    return { ...words, before, after: await Promise.all(after) };
  };
  return Promise.all([
    ...steps.map((step, number) => row(describe(step), [{ ...step, probability: 1 }], number)),
    row(
      { title: 'All together', detail: 'Each step as often as it is asked for, as a network sees them.' },
      steps,
      steps.length,
    ),
  ]);
}

/** One self-contained HTML page. It holds the pictures: keep it where the data set is kept. */
export async function samplesPage(dataset: FaceDataset, rows: readonly SampleRow[]): Promise<string> {
  const picture = async (image: Image) => {
    // Without loss: what a step did to a picture is to be seen, and nothing else.
    const bytes = await encodePng(image);
    return html`<img alt="" src="data:image/png;base64,${Buffer.from(bytes).toString('base64')}">`;
  };
  const strip = async (images: readonly Image[]) =>
    html`<div class="strip">${await Promise.all(images.map(picture))}</div>`;
  const [first] = rows;
  return page(
    {
      title: 'Augmentation',
      settings: [
        ['Data set', dataset.path],
        ['Images', String(dataset.length)],
      ],
    },
    [],
    [
      html`<section class="sticky"><h2>Before</h2>${await strip(first?.before ?? [])}</section>`,
      ...(await Promise.all(rows.map(async row => section(row.title, row.detail, await strip(row.after))))),
    ],
  );
}

/** The same as one PNG: originals in the first line, then a line for each step. */
export async function samplesSheet(rows: readonly SampleRow[]): Promise<Uint8Array> {
  const lines = [rows[0]?.before ?? [], ...rows.map(row => row.after)];
  const [first] = lines[0] ?? [];
  const { width, height } = first ?? { width: 1, height: 1 };
  const gap = 4;
  const columns = lines[0]?.length ?? 1;
  const sheet = createImage(columns * (width + gap) + gap, lines.length * (height + gap) + gap);
  sheet.data.fill(255);
  for (const [line, images] of lines.entries())
    for (const [column, image] of images.entries())
      for (let y = 0; y < height; y++) {
        const place = (gap + line * (height + gap) + y) * sheet.width + gap + column * (width + gap);
        sheet.data.set(image.data.subarray(y * width * 3, (y + 1) * width * 3), place * 3);
      }
  return encodePng(sheet);
}

function describe({ kind, probability, ...options }: Augmentation[number]) {
  const name = kind === 'jpeg' ? 'JPEG' : kind.replaceAll('-', ' ');
  const values = Object.entries(options).map(([option, value]) => `${option} ${spoken(value)}, `);
  const detail = `${values.join('')}done to ${percent(probability, 0)} of the pictures.`;
  return { title: capitalized(name), detail: capitalized(detail) };
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function spoken(value: unknown): string {
  return Array.isArray(value) ? value.join(' to ') : String(value);
}
