// 1:N: how often the right person is among the best k, and how often at all when unknown people search as well.
import type { Command } from 'commander';
import {
  embedImages,
  evaluateGallery,
  evaluateIdentification,
  type IdentificationItem,
  type IdentificationResult,
  InsightFaceError,
  identificationReport,
  readPeople,
} from 'insightface-ts';
import { parseCount, parseFraction } from '../../app.js';
import { formatTable } from '../../table.js';
import { print } from '../../terminal.js';
import {
  addEmbeddingOptions,
  addEvalOptions,
  checkReport,
  type EmbeddingOptions,
  percent,
  pictureAddress,
  refuseMaxNum,
  settingsOf,
  warnOfFailures,
  withEmbeddingApp,
  withProgress,
  writeReport,
} from './shared.js';

interface IdentificationOptions extends EmbeddingOptions {
  readonly images?: string;
  readonly gallery?: string;
  readonly probes?: string;
  readonly enrolled?: number;
  readonly unknown?: number;
  readonly draws?: number;
  readonly seed?: number;
}

export function addIdentification(group: Command): void {
  const command = group
    .command('identification')
    .description('search people in a gallery: rank-k, and detection rate with unknown people')
    .option('--images <folder>', 'one folder of images for each person; galleries are drawn by lot')
    .option('--gallery <folder>', 'people who are enrolled, one folder each')
    .option(
      '--probes <folder>',
      'images that search, one folder for each person; whom the gallery lacks is unknown',
    )
    .option('--enrolled <n>', 'with --images: images enrolled of each person (default 1)', parseCount)
    .option(
      '--unknown <share>',
      'with --images: share of people who are not enrolled (default 0.5)',
      parseFraction,
    )
    .option('--draws <n>', 'with --images: galleries drawn (default 10)', parseCount)
    .option('--seed <n>', 'with --images: another seed draws other galleries (default 1)', parseCount)
    .addHelpText(
      'after',
      `
DIR at a false alarm rate: the right person comes first and above the threshold at which that share of unknown
searches gets a name. A search without a face fails; see "eval verification --help" for the face that counts.

Examples:
  insightface eval identification --images orl/ --unknown 0.5 --draws 20
  insightface eval identification --gallery enrolled/ --probes cameras/ --json --report search.html`,
    )
    .action(evaluate);
  addEmbeddingOptions(command);
  addEvalOptions(command);
}

interface Sets {
  /** Full path by name, of all images. */
  readonly images: ReadonlyMap<string, string>;
  evaluate(embeddings: ReadonlyMap<string, Float32Array | undefined>): IdentificationResult;
}

async function evaluate(options: IdentificationOptions): Promise<void> {
  refuseMaxNum(options);
  await checkReport(options.report);
  const sets = await openSets(options);
  const { embeddings, failures, settings } = await withEmbeddingApp(options, async app => ({
    ...(await withProgress('Embedding', onProgress => embedImages(app, sets.images, { onProgress }))),
    settings: settingsOf(app, options),
  }));
  warnOfFailures(failures);
  const result = sets.evaluate(embeddings);
  if (options.json) print(JSON.stringify(toJson(result)));
  else print(describe(result));
  if (options.report === undefined) return;
  const picture = pictureAddress(options.report, sets.images);
  await writeReport(
    options.report,
    identificationReport(result, { title: 'Identification', settings, picture }),
  );
}

async function openSets(options: IdentificationOptions): Promise<Sets> {
  const { images: folder, gallery, probes, enrolled, unknown, draws, seed } = options;
  const lot = [enrolled, unknown, draws, seed].some(value => value !== undefined);
  if (gallery !== undefined && probes !== undefined && folder === undefined && !lot) {
    const [enrolledPeople, searching] = [await readSet('gallery', gallery), await readSet('probe', probes)];
    return {
      images: new Map([...enrolledPeople.images, ...searching.images]),
      evaluate: embeddings =>
        evaluateGallery({ gallery: enrolledPeople.items, probes: searching.items, embeddings }),
    };
  }
  if (folder === undefined || gallery !== undefined || probes !== undefined)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Give either --images, with options for the draws, or --gallery with --probes and without them.',
    );
  const { items, images } = await readPeople(folder);
  const choices = {
    ...(enrolled !== undefined && { enrolled }),
    ...(unknown !== undefined && { unknown }),
    ...(draws !== undefined && { draws }),
    ...(seed !== undefined && { seed }),
  };
  return { images, evaluate: embeddings => evaluateIdentification({ items, embeddings, ...choices }) };
}

/** Both folders may hold files of one name, so a word before it keeps them apart. */
async function readSet(
  word: string,
  folder: string,
): Promise<{ items: IdentificationItem[]; images: [name: string, path: string][] }> {
  const { items, images } = await readPeople(folder);
  const named = (image: string) => `${word}: ${image}`;
  return {
    items: items.map(({ image, person }) => ({ image: named(image), person })),
    images: [...images].map(([image, path]) => [named(image), path]),
  };
}

function toJson(result: IdentificationResult) {
  const { misidentified, alarms, missedImages, ...figures } = result;
  return { ...figures, missed: missedImages.length, missedImages };
}

function describe(result: IdentificationResult): string {
  const spread = ({ mean, std }: { mean: number; std: number }) =>
    result.draws > 1 ? `${percent(mean)} +- ${(std * 100).toFixed(2)}` : percent(mean);
  const figures = [
    ['figure', 'value'],
    ['galleries', String(result.draws)],
    ['people enrolled', String(result.gallery)],
    ['searches', String(result.matedProbes)],
    ['searches of unknown people', String(result.unknownProbes)],
    ['images missed', String(result.missedImages.length)],
    ...[1, 5, 10, 20]
      .filter(rank => rank <= result.cmc.length)
      .map(rank => [`rank ${rank}`, spread(result.cmc[rank - 1]!)]),
  ];
  const open = [
    ['false alarm rate', 'threshold', 'DIR'],
    ...Object.entries(result.dir).map(([far, rate]) => [far, rate.threshold.toFixed(4), spread(rate)]),
  ];
  return [figures, ...(open.length > 1 ? [open] : [])].map(formatTable).join('\n\n');
}
