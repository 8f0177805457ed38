// Pictures of a data set before and after augmentation, so that a person sees what a network will see.
import { createImage, encodeJpeg, encodePng, type Image, reportParts } from 'insightface-ts';
import type { FaceDataset } from '../data/face-dataset.js';
import { seededRandom, shuffle } from '../data/random.js';
import { type Augmentation, type AugmentationInput, createAugmenter, parseAugmentation } from './augment.js';

const { html, page, section } = reportParts;

/** Settings of {@link augmentationSamples}. */
export interface SampleOptions {
  readonly augmentation: AugmentationInput;
  /** Pictures of the data set that are shown for each step. Default 6. */
  readonly pictures?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** One step, or all of them together, on the same pictures. */
export interface SampleRow {
  readonly title: string;
  readonly before: readonly Image[];
  readonly after: readonly Image[];
}

/** Each step by itself, always done, and then all steps together with their probabilities. */
export async function augmentationSamples(
  dataset: FaceDataset,
  options: SampleOptions,
): Promise<SampleRow[]> {
  const { pictures = 6, seed = 0 } = options;
  const steps = parseAugmentation(options.augmentation);
  const order = Uint32Array.from({ length: dataset.length }, (_, i) => i);
  shuffle(order, seededRandom(seed));
  const chosen = [...order.subarray(0, pictures)];
  const before = await Promise.all(chosen.map(async index => (await dataset.get(index)).pixels));
  const row = async (title: string, augmentation: Augmentation, number: number): Promise<SampleRow> => {
    const augment = createAugmenter(augmentation);
    const after = before.map((image, i) => augment(image, seededRandom(seed, number, i)));
    return { title, before, after: await Promise.all(after) };
  };
  return Promise.all([
    ...steps.map((step, number) => row(describe(step), [{ ...step, probability: 1 }], number)),
    row('all together', steps, steps.length),
  ]);
}

/** One self-contained HTML page. It holds the pictures: keep it where the data set is kept. */
export async function samplesPage(dataset: FaceDataset, rows: readonly SampleRow[]): Promise<string> {
  const picture = async (image: Image) => {
    const bytes = await encodeJpeg(image, 90);
    return html`<img alt="" src="data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}">`;
  };
  const strip = async (images: readonly Image[]) =>
    html`<div class="pictures">${await Promise.all(images.map(picture))}</div>`;
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
      section('Before', 'As they are in the data set.', await strip(first?.before ?? [])),
      ...(await Promise.all(rows.map(async row => section(row.title, '', await strip(row.after))))),
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

function describe({ kind, probability, ...options }: Augmentation[number]): string {
  const values = Object.entries(options).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return `${[kind, ...values].join(', ')} (probability ${probability})`;
}
