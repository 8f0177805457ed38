// What the three evaluations share: their options, progress, failed images, and the report file.
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { type EmbeddedImages, type FaceAnalysis, InsightFaceError } from 'insightface-ts';
import { type AppOptions, addAppOptions, withApp } from '../../app.js';
import { errorToJson } from '../../face-json.js';
import { checkFolderOf, writeOutput } from '../../output-file.js';
import { Progress } from '../../progress.js';
import { reportFailure } from '../../report-error.js';
import { visible, warn } from '../../terminal.js';
import { parseBackboneOption } from '../export.js';

/** Failed images that are named; the rest are counted. */
const NAMED_FAILURES = 3;

export interface EvalOptions extends AppOptions {
  readonly json?: boolean;
  readonly report?: string;
}

/** Adds what every evaluation takes, after the command's own options. */
export function addEvalOptions(command: Command): void {
  command
    .option('--json', 'print one JSON object')
    .option('--report <file>', 'write an HTML page with plots and the worst errors');
  addAppOptions(command);
}

/** Options of the evaluations that need embeddings. */
export interface EmbeddingOptions extends EvalOptions {
  readonly run?: string;
  readonly backbone?: string;
  readonly flip?: boolean;
}

/** Adds what evaluations of embeddings take. */
export function addEmbeddingOptions(command: Command): void {
  command
    .option('--flip', "add the mirrored face's embedding, as InsightFace's evaluation does")
    .option(
      '--run <run|checkpoint>',
      "judge a network as it trains, by PyTorch's engine, in place of the pack's",
    )
    .option('--backbone <name>', 'with --run: network of a weights file that does not say it');
}

/** Runs work with detector and recogniser: the pack's, or the one that `--run` names. */
export async function withEmbeddingApp<T>(
  options: EmbeddingOptions,
  work: (app: FaceAnalysis) => Promise<T>,
): Promise<T> {
  const { run, backbone, flip = false } = options;
  if (run === undefined) {
    if (backbone !== undefined)
      throw new InsightFaceError('INVALID_ARGUMENT', '--backbone needs --run, which names the weights.');
    return withApp(options, { tasks: ['detection', 'landmark', 'recognition'], flip }, work);
  }
  const { openRecognizer } = await import('@insightface-ts/train');
  const config = backbone === undefined ? undefined : await parseBackboneOption(backbone);
  const recognizer = await openRecognizer(run, config);
  try {
    return await withApp(options, { tasks: ['detection', 'landmark'], flip, recognizer }, work);
  } finally {
    await recognizer.dispose();
  }
}

/** Recognition is judged on one face an image, so a number of faces would be passed over in silence. */
export function refuseMaxNum(options: EvalOptions): void {
  if (options.maxNum !== undefined)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'The central face of each image is evaluated; leave --max-num out.',
    );
}

/** Fails before the long run, not after it, when the report has no folder to go to. */
export async function checkReport(file: string | undefined): Promise<void> {
  if (file !== undefined) await checkFolderOf(file);
}

/** Writes the page and says where. @throws InsightFaceError `WRITE_FAILED`. */
export async function writeReport(file: string, page: string): Promise<void> {
  await writeOutput(file, page);
  warn(`Report: ${visible(resolve(file))}`);
}

/** Addresses of the images as the report's page reaches them: relative where that is possible. */
export function pictureAddress(
  report: string,
  images: ReadonlyMap<string, string>,
): (image: string) => string | undefined {
  const folder = dirname(resolve(report));
  return image => {
    const path = images.get(image);
    if (path === undefined) return undefined;
    const way = relative(folder, resolve(path));
    // On another drive there is no relative way.
    if (isAbsolute(way)) return pathToFileURL(path).href;
    return way.split(sep).map(encodeURIComponent).join('/');
  };
}

/** What was run, for the head of the report. */
export function settingsOf(app: FaceAnalysis, options: EvalOptions): [name: string, value: string][] {
  const size = options.detSize;
  return [
    ['Pack', app.pack.title],
    ...(app.recognizer ? [['Recogniser', app.recognizer.name] satisfies [string, string]] : []),
    ['Detector size', size === undefined || size === 'auto' ? 'auto' : `${size.width}x${size.height}`],
    ...(options.compat ? [['Compatible with', options.compat] satisfies [string, string]] : []),
    ['Date', new Date().toISOString().slice(0, 10)],
  ];
}

/** Runs work with a progress bar. */
export async function withProgress<T>(
  label: string,
  work: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress(label);
  try {
    return await work((done, total) => progress.update(done, total, 'images'));
  } finally {
    progress.end();
  }
}

/** Says on standard error which images could not be read: they count as missed. */
export function warnOfFailures(failures: EmbeddedImages['failures']): void {
  for (const [image, error] of [...failures].slice(0, NAMED_FAILURES))
    reportFailure(image, errorToJson(error));
  const rest = failures.size - NAMED_FAILURES;
  if (rest > 0) warn(`${rest} more images could not be read.`);
  if (failures.size > 0) warn('An image that cannot be read counts as missed.');
}

/** 0.98834 is `98.83 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
