// Faces against true boxes: average precision, recall by size, error of the five points.
import { basename } from 'node:path';
import type { Command } from 'commander';
import {
  type Detection,
  type DetectionResult,
  detectionReport,
  evaluateDetection,
  type FaceAnalysis,
  findImages,
  readDetectionTruth,
} from 'insightface-ts';
import { parseFraction, withApp } from '../../app.js';
import { formatTable } from '../../table.js';
import { print } from '../../terminal.js';
import {
  addEvalOptions,
  checkReport,
  type EvalOptions,
  percent,
  pictureAddress,
  settingsOf,
  warnOfFailures,
  withProgress,
  writeReport,
} from './shared.js';

interface DetectionOptions extends EvalOptions {
  readonly images: string;
  readonly truth: string;
  readonly iou: number;
}

export function addDetection(group: Command): void {
  const command = group
    .command('detection')
    .description('compare the faces found with true boxes and points')
    .requiredOption('--images <folder>', 'where the images lie')
    .requiredOption('--truth <file>', 'true faces: lines of text, JSON, dlib XML or WIDER FACE')
    .option('--iou <share>', 'overlap from which a face is found', parseFraction, 0.5)
    .addHelpText(
      'after',
      `
Truth files: "image x1 y1 x2 y2" a line, and five points where known; the JSON lines of "insightface analyze";
dlib's XML; WIDER FACE's text. Faces marked "ignore" count neither way.
Average precision is of the faces as found: papers print it with a very low --det-thresh, such as 0.02.

Examples:
  insightface eval detection --images photos --truth boxes.txt
  insightface eval detection --images WIDER_val/images --truth wider_face_val_bbx_gt.txt --det-thresh 0.02 --json`,
    )
    .action(evaluate);
  addEvalOptions(command);
}

async function evaluate(options: DetectionOptions): Promise<void> {
  await checkReport(options.report);
  const truth = await readDetectionTruth(options.truth);
  const images = await findImages(
    options.images,
    truth.map(({ image }) => image),
    options.truth,
  );
  const { detections, failures, settings } = await withApp(
    options,
    { tasks: ['detection', 'landmark'] },
    async app => ({
      ...(await withProgress('Detecting', onProgress => detect(app, images, onProgress))),
      settings: settingsOf(app, options),
    }),
  );
  warnOfFailures(failures);
  const result = evaluateDetection({ truth, detections, iou: options.iou });
  if (options.json) print(JSON.stringify(toJson(result)));
  else print(describe(result));
  if (options.report === undefined) return;
  const title = `Detection: ${basename(options.truth)}`;
  const picture = pictureAddress(options.report, images);
  await writeReport(options.report, detectionReport(result, { title, settings, picture }));
}

/** The faces of each image by its name, and the images that could not be read. */
async function detect(
  app: FaceAnalysis,
  images: ReadonlyMap<string, string>,
  onProgress: (done: number, total: number) => void,
) {
  const detections = new Map<string, readonly Detection[]>();
  const failures = new Map<string, Error>();
  const names = [...images.keys()];
  let done = 0;
  for await (const item of app.stream(images.values())) {
    const name = names[done++]!;
    if ('error' in item) failures.set(name, item.error);
    else
      detections.set(
        name,
        item.faces.map(({ bbox, kps, detScore }) => ({ bbox, kps, detScore })),
      );
    onProgress(done, names.length);
  }
  return { detections, failures };
}

function toJson(result: DetectionResult) {
  const { curve, perImage, ...figures } = result;
  return figures;
}

function describe(result: DetectionResult): string {
  const { ap, recall, precision, pointError } = result;
  const figures = [
    ['figure', 'value'],
    [
      'images',
      `${result.images}${result.failedImages.length > 0 ? ` (${result.failedImages.length} failed)` : ''}`,
    ],
    ['faces', String(result.faces)],
    ['found', String(result.found)],
    ['false', String(result.falsePositives)],
    ...(ap === null ? [] : [[`average precision at IoU ${result.iou}`, percent(ap)]]),
    ...(recall ? [['recall', percent(recall.value)]] : []),
    ...(precision ? [['precision', percent(precision.value)]] : []),
    ...(pointError
      ? [
          [
            'point error, of eye distance',
            `${percent(pointError.mean)} (median ${percent(pointError.median)})`,
          ],
        ]
      : []),
  ];
  const sizes = [
    ['face size', 'faces', 'recall', '95 % interval'],
    ...result.recallBySize.map(({ from, to, faces, value, low, high }) => [
      to === null ? `from ${from} px` : `${from} to ${to} px`,
      String(faces),
      percent(value),
      `${percent(low)} to ${percent(high)}`,
    ]),
  ];
  return [figures, ...(sizes.length > 1 ? [sizes] : [])].map(formatTable).join('\n\n');
}
