// 1:1: accuracy of ten folds, TAR at FAR, EER and ROC, on LFW pairs, a CSV of pairs, or an InsightFace `.bin` set.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import {
  breakDownByGroup,
  type EmbeddedImages,
  embedAlignedImages,
  embedImages,
  evaluateVerification,
  type FaceAnalysis,
  type GroupBreakdown,
  InsightFaceError,
  parseGroups,
  readPairs,
  readVerificationBin,
  type VerificationPair,
  type VerificationResult,
  verificationReport,
} from 'insightface-ts';
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

interface VerificationOptions extends EmbeddingOptions {
  readonly images?: string;
  readonly pairs?: string;
  readonly bin?: string;
  readonly groups?: string;
}

export function addVerification(group: Command): void {
  const command = group
    .command('verification')
    .description('judge pairs of images: same person or not')
    .option('--images <folder>', 'where the images of the pairs lie')
    .option('--pairs <file>', "LFW's pairs.txt, or a CSV: imageA,imageB,same[,fold]")
    .option('--bin <file>', 'an InsightFace verification set, aligned already')
    .option('--groups <csv>', 'image,group or person,group: error rates of each group at one threshold')
    .addHelpText(
      'after',
      `
Of several faces in an image the central one counts: the largest area minus twice the squared distance from the
image's centre. No image is left out. A pair with a missed face is an error in accuracy and a false reject in TAR.

Examples:
  insightface eval verification --images lfw --pairs lfw/pairs.txt --report lfw.html
  insightface eval verification --bin lfw.bin --pack buffalo_l --flip --json
  insightface eval verification --run runs/first --images lfw --pairs pairs.txt`,
    )
    .action(evaluate);
  addEmbeddingOptions(command);
  addEvalOptions(command);
}

interface Source {
  readonly title: string;
  readonly pairs: readonly VerificationPair[];
  /** Files by name; empty for a `.bin` set, which has none. */
  readonly files: ReadonlyMap<string, string>;
  embed(app: FaceAnalysis, onProgress: (done: number, total: number) => void): Promise<EmbeddedImages>;
}

async function evaluate(options: VerificationOptions): Promise<void> {
  refuseMaxNum(options);
  await checkReport(options.report);
  const source = await openSource(options);
  const groups = options.groups === undefined ? undefined : parseGroups(await readGroups(options.groups));
  const { embeddings, failures, settings } = await withEmbeddingApp(options, async app => ({
    ...(await withProgress('Embedding', onProgress => source.embed(app, onProgress))),
    settings: settingsOf(app, options),
  }));
  warnOfFailures(failures);
  const result = evaluateVerification({ pairs: source.pairs, embeddings });
  const breakdown = groups && breakDownByGroup(result, groups, commonThreshold(result));
  if (options.json) print(JSON.stringify(toJson(result, breakdown)));
  else print(describe(result, breakdown));
  if (options.report === undefined) return;
  const page = verificationReport(result, {
    title: source.title,
    settings: [...settings, ['Flip', options.flip ? 'yes' : 'no']],
    picture: pictureAddress(options.report, source.files),
    ...(breakdown && { groups: breakdown }),
  });
  await writeReport(options.report, page);
}

async function openSource({ images: folder, pairs: file, bin }: VerificationOptions): Promise<Source> {
  if (bin !== undefined && folder === undefined && file === undefined) {
    const { pairs, images } = await readVerificationBin(bin);
    return {
      title: `Verification: ${basename(bin)}`,
      pairs,
      files: new Map(),
      embed: (app, onProgress) => embedAlignedImages(app, images, { onProgress }),
    };
  }
  if (bin !== undefined || folder === undefined || file === undefined)
    throw new InsightFaceError('INVALID_ARGUMENT', 'Give either --images with --pairs, or --bin.');
  const { pairs, images } = await readPairs(folder, file);
  return {
    title: `Verification: ${basename(file)}`,
    pairs,
    files: images,
    embed: (app, onProgress) => embedImages(app, images, { onProgress }),
  };
}

async function readGroups(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new InsightFaceError('FILE_NOT_FOUND', `${file} cannot be read. Check the path.`, { cause });
  }
}

/** All groups are judged where one in a thousand strangers passes, or at the rarest rate that the pairs allow. */
function commonThreshold({ summary: { thresholds } }: VerificationResult): number {
  const threshold = thresholds['1e-3'] ?? Object.values(thresholds).at(-1);
  if (threshold === undefined)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      '--groups needs pairs of the same and of different people.',
    );
  return threshold;
}

function toJson(result: VerificationResult, groups: GroupBreakdown | undefined) {
  const { accuracy, thresholds } = result.folds;
  return {
    ...result.summary,
    missedImages: result.missedImages,
    folds: { accuracy, thresholds: thresholds.map(distance => 1 - distance / 2) },
    val: result.val,
    ...(groups && { groups }),
  };
}

function describe(result: VerificationResult, groups: GroupBreakdown | undefined): string {
  const { summary, tar } = result;
  const figures = [
    ['figure', 'value'],
    ['pairs', `${summary.pairs}${summary.missed > 0 ? ` (${summary.missed} with a missed image)` : ''}`],
    ['accuracy', `${percent(summary.accuracy.mean)} +- ${(summary.accuracy.std * 100).toFixed(2)}`],
    ...(summary.auc === null ? [] : [['area under ROC', percent(summary.auc)]]),
    ...(summary.eer === null ? [] : [['equal error rate', percent(summary.eer)]]),
  ];
  const rates = [
    ['FAR', 'threshold', 'TAR', '95 % interval'],
    ...tar.map(({ target, threshold, value, low, high }) => [
      target.toExponential(),
      threshold.toFixed(4),
      percent(value),
      `${percent(low)} to ${percent(high)}`,
    ]),
  ];
  return [figures, ...(tar.length > 0 ? [rates] : []), ...(groups ? [groupRows(groups)] : [])]
    .map(formatTable)
    .join('\n\n');
}

function groupRows({ groups }: GroupBreakdown): string[][] {
  return [
    ['group', 'pairs', 'missed', 'accuracy', 'TAR', 'FAR'],
    ...groups.map(({ group, pairs, missed, accuracy, tar, far }) => [
      ...[group, String(pairs), String(missed), percent(accuracy.value)],
      ...[tar ? percent(tar.value) : '-', far ? percent(far.value) : '-'],
    ]),
  ];
}
