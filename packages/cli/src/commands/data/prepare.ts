import { resolve } from 'node:path';
import type { Preparation } from '@insightface-ts/train';
import { type Command, Option } from 'commander';
import { type AppOptions, addDetectorOptions, parseCount, parseFraction } from '../../app.js';
import { onInterrupt } from '../../interrupt.js';
import { checkFolderOf, writeOutput } from '../../output-file.js';
import { Progress } from '../../progress.js';
import { formatTable } from '../../table.js';
import { print, visible, warn } from '../../terminal.js';

interface PrepareCommandOptions extends Pick<AppOptions, 'detSize' | 'detThresh' | 'device' | 'offline'> {
  readonly out: string;
  readonly detector?: string;
  readonly aligned?: boolean;
  readonly size?: number;
  readonly minFace?: number;
  readonly minImages?: number;
  readonly encoding: 'jpeg' | 'png';
  readonly quality: number;
  readonly nearCopy?: number;
  readonly samePerson?: number;
  readonly workers?: number;
  readonly report?: string;
  readonly json?: boolean;
}

/** Packs by the name of their detector's family, for those who look for it. No pack has a RetinaFace. */
const detectorPacks: Readonly<Record<string, string>> = { mtcnn: 'open-precise', scrfd: 'buffalo_s' };

export function addPrepare(data: Command): void {
  const command = data
    .command('prepare')
    .description('photos in PERSON/*.jpg to a packed set of aligned faces')
    .argument('<folder>', 'one folder of photos for each person')
    .requiredOption('--out <folder>', 'the data set to make')
    .option(
      '--detector <pack|folder>',
      'finds the faces: open, mtcnn (the pack open-precise), scrfd (buffalo_s), or a folder with an .onnx file of SCRFD or RetinaFace (default: open)',
    )
    .option('--aligned', 'the pictures are aligned crops already: no face is looked for')
    .option('--size <pixels>', 'side of the crops (default: 112)', parseCount)
    .option('--min-face <pixels>', 'drop faces smaller than this (default: 40)', parseCount)
    .option('--min-images <n>', 'drop people with fewer pictures (default: 1)', parseCount)
    .addOption(
      new Option('--encoding <format>', 'how crops are stored').choices(['jpeg', 'png']).default('jpeg'),
    )
    .option('--quality <n>', 'of JPEG crops, 1 to 100', parseCount, 95)
    .option('--near-copy <correlation>', 'from here on two pictures are one (default: 0.975)', parseFraction)
    .option('--same-person <cosine>', 'from here on two folders are reported as one person', parseFraction)
    .option('--workers <n>', 'threads that find faces (default: one a core, at most 4)', parseCount)
    .option('--offline', 'never use the network')
    .option('--report <file.html>', 'write a page that shows what was dropped, and why')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Faces are found, turned upright by five points and cut out. Dropped are unreadable pictures, pictures without a face,
small faces, and pictures that are there twice; of several faces the largest near the middle is taken. Folders that seem
to hold one person are reported. Stopped at any time, the same command goes on where it was.

Examples:
  insightface data prepare photos/ --out faces --report faces.html
  insightface data prepare photos/ --out faces --detector open-precise --min-images 5
  insightface data prepare crops-112/ --out faces --aligned --encoding png

Exit code: 0 when the set was made, 1 when it was not.`,
    )
    .action(prepare);
  addDetectorOptions(command);
}

async function prepare(folder: string, options: PrepareCommandOptions): Promise<void> {
  if (options.report !== undefined) await checkFolderOf(options.report);
  const { notCompared, prepareDataset, prepareReport } = await import('@insightface-ts/train');
  const { detector, detSize, detThresh, device, offline, encoding, quality } = options;
  const pack = detector === undefined ? undefined : (detectorPacks[detector] ?? detector);
  const progress = new Progress('Preparing');
  const download = new Progress('Fetching models');
  const stop = onInterrupt('Stopping. What was done is kept.');
  const preparation = await prepareDataset(folder, {
    out: options.out,
    ...(pack !== undefined && { pack }),
    ...(options.aligned !== undefined && { aligned: options.aligned }),
    ...(options.size !== undefined && { size: options.size }),
    ...(options.minFace !== undefined && { minFace: options.minFace }),
    ...(options.minImages !== undefined && { minImages: options.minImages }),
    encoding: encoding === 'png' ? { format: 'png' } : { format: 'jpeg', quality },
    ...(options.nearCopy !== undefined && { nearCopy: options.nearCopy }),
    ...(options.samePerson !== undefined && { samePerson: options.samePerson }),
    ...(options.workers !== undefined && { workers: options.workers }),
    analysis: {
      ...(detSize !== undefined && { detSize }),
      ...(detThresh !== undefined && { detThresh }),
      ...(device !== undefined && { device }),
      ...(offline !== undefined && { offline }),
    },
    onProgress: (done, total) => progress.update(done, total, 'pictures'),
    onDownload: event => download.update(event.received, event.total ?? 0, 'bytes'),
    onNotice: warn,
    signal: stop.signal,
  }).finally(() => {
    progress.end();
    stop.end();
  });
  if (options.report !== undefined)
    await writeOutput(options.report, prepareReport(preparation, options.report));
  if (options.json) print(JSON.stringify(preparationJson(preparation, options.report)));
  else {
    printPreparation(preparation);
    if (preparation.comparedFrom === undefined) print(`\n${notCompared}`);
    print(
      options.report === undefined
        ? '\n--report FILE.html shows what was dropped.'
        : `\nReport: ${options.report}`,
    );
  }
}

function preparationJson(preparation: Preparation, report: string | undefined) {
  const { source, out, found, manifest, dropped, resumed, seconds } = preparation;
  return {
    source,
    out,
    ...(report !== undefined && { report: resolve(report) }),
    images: { found: found.images, kept: manifest.images, dropped: dropped.length },
    people: { found: found.people, kept: manifest.classes },
    reasons: countReasons(dropped),
    dropped,
    comparedFrom: preparation.comparedFrom ?? null,
    samePeople: preparation.samePeople,
    samePictures: preparation.samePictures,
    severalFaces: preparation.severalFaces,
    lostPeople: preparation.lostPeople,
    shards: manifest.shards.length,
    bytes: manifest.shards.reduce((sum, shard) => sum + shard.bytes, 0),
    resumed,
    seconds: Number(seconds.toFixed(2)),
    imagesPerSecond: Number(((found.images - resumed) / seconds).toFixed(1)),
  };
}

function countReasons(dropped: Preparation['dropped']): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { reason } of dropped) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

function printPreparation(preparation: Preparation): void {
  const { found, manifest, dropped, samePeople, samePictures, seconds } = preparation;
  for (const { source, reason, detail } of dropped)
    if (reason === 'unreadable') warn(visible(`${source}: ${detail}`));
  print(
    `${manifest.images} of ${found.images} pictures of ${manifest.classes} of ${found.people} people, in ${seconds.toFixed(1)} s: ${preparation.out}`,
  );
  const counts = Object.entries(countReasons(dropped));
  if (counts.length > 0)
    print(`\n${formatTable([['dropped', 'pictures'], ...counts.map(([reason, n]) => [reason, String(n)])])}`);
  const pairs = [
    ...samePictures.map(([first, second]) => [first, second, 'same file']),
    ...samePeople.map(({ people: [a, b], similarity }) => [a, b, similarity.toFixed(3)]),
  ];
  if (pairs.length > 0)
    print(
      `\nPerhaps one person in two folders (nothing was changed):\n${formatTable([['folder', 'other folder', 'similarity'], ...pairs.slice(0, 20)])}${pairs.length > 20 ? `\nand ${pairs.length - 20} more` : ''}`,
    );
}
