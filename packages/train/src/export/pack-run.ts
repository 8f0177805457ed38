// A trained network as a pack that `analyze` takes: its ONNX file, a detector, and thresholds for its own cosines.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  embedImages,
  evaluateVerification,
  FaceAnalysis,
  fitCalibration,
  InsightFaceError,
  type ModelSpec,
  type PackManifest,
  readPack,
  readPairs,
  type VerificationResult,
} from 'insightface-ts';
import { type ExportRunOptions, exportRun } from './export-run.js';
import { runOf } from './open-backbone.js';

export interface PackRunOptions extends Pick<ExportRunOptions, 'backbone'> {
  readonly name: string;
  /** Folder of the pack; must not exist. */
  readonly out: string;
  /** Pack whose detector and points are taken. Default `open`. */
  readonly detector?: string;
  /** Photos to calibrate on: people who are neither in the training nor in a reported test. */
  readonly calibrate?: { readonly pairs: string; readonly images: string };
  readonly onProgress?: (done: number, total: number) => void;
  readonly onNotice?: (text: string) => void;
}

/**
 * Makes the pack; it appears whole or not at all.
 * @throws InsightFaceError `INVALID_ARGUMENT` when the folder exists; as {@link exportRun} and {@link readPairs}.
 */
export async function packRun(source: string, options: PackRunOptions): Promise<PackManifest> {
  const { name, onNotice } = options;
  const out = resolve(options.out);
  if (!/^[\w.-]{1,128}$/.test(name))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `The name ${name} must be letters, digits, dots, - and _.`,
    );
  if (existsSync(out))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${out} exists already. Choose another folder with --out.`,
    );
  await mkdir(dirname(out), { recursive: true });
  const folder = await mkdtemp(`${out}.writing-`);
  try {
    const recognizer = await exportRecognizer(source, folder, options);
    const finders = (await readPack(options.detector ?? 'open')).models.filter(
      ({ task, optional }) => !optional && (task === 'detection' || task === 'landmark'),
    );
    const plain = manifestOf(name, [...finders, recognizer]);
    await writeManifest(folder, plain);
    const result = options.calibrate && (await judge(folder, options.calibrate, options));
    const manifest = result ? manifestOf(name, [...finders, calibrated(recognizer, result, options)]) : plain;
    await writeManifest(folder, manifest);
    await rename(folder, out);
    if (!result)
      onNotice?.(
        'The pack has no thresholds: give pairs of photos to calibrate on with --pairs and --images.',
      );
    return manifest;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function exportRecognizer(
  source: string,
  folder: string,
  { name, backbone }: PackRunOptions,
): Promise<ModelSpec> {
  const file = `${name}.onnx`;
  const path = join(folder, file);
  const { inputSize, embeddingSize } = await exportRun(source, path, backbone ? { backbone } : {});
  const bytes = await readFile(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    name,
    task: 'recognition',
    family: 'arcface',
    files: [{ role: 'model', file, format: 'onnx', sha256, bytes: bytes.length }],
    input: { size: [inputSize, inputSize], color: 'rgb', mean: 127.5, std: 127.5, layout: 'nchw' },
    dimension: embeddingSize,
    license: 'your own',
    provenance: `Trained with @insightface-ts/train, run ${basename(backbone ? source : runOf(source))}.`,
  };
}

function manifestOf(name: string, models: readonly ModelSpec[]): PackManifest {
  return { name, title: `Recogniser ${name}, trained here`, license: 'see each model', models };
}

async function judge(
  folder: string,
  { pairs: file, images: photos }: NonNullable<PackRunOptions['calibrate']>,
  { onProgress, onNotice }: PackRunOptions,
): Promise<VerificationResult> {
  const { pairs, images } = await readPairs(photos, file);
  const app = await FaceAnalysis.create({
    pack: folder,
    tasks: ['detection', 'landmark', 'recognition'],
    ...(onNotice && { onNotice }),
  });
  try {
    const { embeddings } = await embedImages(app, images, onProgress ? { onProgress } : {});
    return evaluateVerification({ pairs, embeddings });
  } finally {
    await app.dispose();
  }
}

function calibrated(
  recognizer: ModelSpec,
  { summary, pairs, similarities }: VerificationResult,
  { calibrate }: PackRunOptions,
): ModelSpec {
  const scores = (same: boolean) =>
    [...similarities].filter((score, i) => pairs[i]!.same === same && !Number.isNaN(score));
  const { accuracy, auc, thresholds } = summary;
  const { slope, offset } = fitCalibration(scores(true), scores(false));
  return {
    ...recognizer,
    thresholds: Object.fromEntries(Object.entries(thresholds).map(([rate, cosine]) => [rate, round(cosine)])),
    calibration: { slope: round(slope), offset: round(offset) },
    measured: [
      {
        protocol: `Pairs it was calibrated on, ${basename(calibrate!.pairs)}, accuracy of ten folds`,
        value: `${(accuracy.mean * 100).toFixed(2)} ± ${(accuracy.std * 100).toFixed(2)} %${auc === null ? '' : `, area under ROC ${auc.toFixed(4)}`}`,
      },
    ],
  };
}

function round(value: number): number {
  return Number(value.toFixed(4));
}

function writeManifest(folder: string, manifest: PackManifest): Promise<void> {
  return writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
