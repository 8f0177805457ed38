// Options that every analysing command shares, and the FaceAnalysis made from them.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { FaceAnalysis, type FaceAnalysisOptions, type Size } from 'insightface-ts';
import { Progress } from './progress.js';
import { visible, warn } from './terminal.js';

export interface AppOptions {
  readonly pack?: string;
  readonly detSize?: 'auto' | Size;
  readonly detThresh?: number;
  readonly maxNum?: number;
  readonly device?: NonNullable<FaceAnalysisOptions['device']>;
  readonly threads?: number;
  readonly compat?: 'insightface';
  readonly offline?: boolean;
}

/** Adds the options for how faces are found, and on which device. */
export function addDetectorOptions(command: Command): Command {
  return command
    .option('--det-size <size>', 'what the detector sees: auto, a side in pixels, or WxH', parseSize)
    .option('--det-thresh <score>', "lowest detection score, 0 to 1 (default: the pack's)", parseFraction)
    .addOption(
      new Option('--device <device>', 'where networks run').choices([
        'cpu',
        'cuda',
        'coreml',
        'directml',
        'webgpu',
      ]),
    );
}

/** Adds the options that choose and steer the networks; --help shows them after the command's own. */
export function addAppOptions(command: Command): void {
  addDetectorOptions(
    command.option('--pack <name|folder>', 'model pack, or a folder of InsightFace .onnx files', 'open'),
  )
    .option('--max-num <n>', 'most faces an image yields; 0 is all', parseCount)
    .option('--threads <n>', 'threads inside one network run', parseCount)
    .addOption(
      new Option('--compat <package>', 'answer exactly as that package does').choices(['insightface']),
    )
    .option('--offline', 'never use the network');
}

type ModelOptions = Pick<FaceAnalysisOptions, 'tasks' | 'include' | 'flip' | 'recognizer'>;

/** Runs `work` with an analysis made from the options, and frees its networks afterwards. */
export async function withApp<T>(
  options: AppOptions,
  models: ModelOptions,
  work: (app: FaceAnalysis) => Promise<T>,
): Promise<T> {
  const app = await createApp(options, models);
  try {
    return await work(app);
  } finally {
    await app.dispose();
  }
}

/** Opens the pack with a progress bar on standard error, and prints licences there once. */
async function createApp(options: AppOptions, models: ModelOptions): Promise<FaceAnalysis> {
  const progress = new Progress('Fetching models');
  try {
    return await FaceAnalysis.create({
      ...(options.pack !== undefined && { pack: options.pack }),
      ...(options.detSize !== undefined && { detSize: options.detSize }),
      ...(options.detThresh !== undefined && { detThresh: options.detThresh }),
      ...(options.maxNum !== undefined && { maxNum: options.maxNum }),
      ...(options.device !== undefined && { device: options.device }),
      ...(options.threads !== undefined && { threads: options.threads }),
      ...(options.compat !== undefined && { compatibility: options.compat }),
      ...(options.offline !== undefined && { offline: options.offline }),
      ...models,
      onProgress: event => progress.update(event.received, event.total ?? 0, 'bytes'),
      onNotice: notice => warn(visible(notice)),
    });
  } finally {
    progress.end();
  }
}

function parseSize(text: string): 'auto' | Size {
  if (text === 'auto') return 'auto';
  const [, width, height] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height ?? width) };
  if (!(size.width >= 32 && size.height >= 32 && size.width <= 8192 && size.height <= 8192))
    throw new InvalidArgumentError('Give auto, a side such as 640, or WIDTHxHEIGHT, each from 32 to 8192.');
  return size;
}

export function parseFraction(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
}

export function parseCosine(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= -1 && value <= 1))
    throw new InvalidArgumentError('Give a number from -1 to 1.');
  return value;
}

export function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number from 0.');
  return Number(text);
}
