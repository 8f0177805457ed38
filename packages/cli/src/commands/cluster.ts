import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  type ClusterState,
  createClusters,
  type FaceAnalysis,
  InsightFaceError,
  mergeClusters,
  nameCluster,
  splitFaces,
  undoMerge,
} from 'insightface-ts';
import { type AppOptions, addAppOptions, parseCosine, parseCount, parseFraction, withApp } from '../app.js';
import { updateAlbum } from '../cluster-album.js';
import { type Album, readAlbum, writeAlbum } from '../cluster-file.js';
import { albumToJson, printAlbum } from '../cluster-report.js';
import { expandInputs } from '../inputs.js';
import { checkFolderOf } from '../output-file.js';
import { Progress } from '../progress.js';
import { measuredThreshold, recognizerOf } from '../recognizer.js';
import { print } from '../terminal.js';

/** Measured on LFW's development people: see bench/clustering.ts. */
const defaultFar = 1e-5;

interface ClusterOptions extends AppOptions {
  readonly state?: string;
  readonly far?: number;
  readonly threshold?: number;
  readonly merge?: readonly string[];
  readonly undo?: number | true;
  readonly split?: readonly string[];
  readonly name?: readonly string[];
  readonly json?: boolean;
}

export function addCluster(program: Command): void {
  const command = program
    .command('cluster')
    .description('put the faces of a photo folder together by person')
    .argument('<folder>', 'photos, with all subfolders')
    .option(
      '--state <file>',
      'keep the result here: the next run analyses only photos that are new or changed',
    )
    .option(
      '--far <rate>',
      `false accept rate whose threshold joins people (default: ${defaultFar})`,
      parseFraction,
    )
    .option('--threshold <cosine>', 'join people from this similarity on', parseCosine)
    .option('--merge <cluster...>', 'two clusters are one person')
    .option('--split <face...>', 'these faces are somebody else')
    .option('--undo [merge]', 'undo a merge by its id, or the last one', parseCount)
    .option('--name <cluster-and-name...>', 'name a cluster; an empty name takes it away')
    .option('--json', 'one JSON object')
    .addHelpText(
      'after',
      `
Two faces of one photo are never the same person. --merge, --split, --undo and --name correct what is in the
--state file, print it, and analyse nothing; corrections hold when photos are added later. The file holds embeddings
of faces: guard it as you guard the photos.

Examples:
  insightface cluster holiday/
  insightface cluster holiday/ --state holiday.json
  insightface cluster holiday/ --state holiday.json --merge p3 p9
  insightface cluster holiday/ --state holiday.json --undo
  insightface cluster holiday/ --state holiday.json --name p3 "Ada Lovelace"

Exit code: 0 when every photo was analysed, 2 when some failed, 1 when nothing could be done.`,
    )
    .action(async (folder: string, options: ClusterOptions) => {
      process.exitCode = await cluster(folder, options);
    });
  addAppOptions(command);
}

async function cluster(folder: string, options: ClusterOptions): Promise<number> {
  // A long analysis must not end in a place that is not there.
  if (options.state !== undefined) await checkFolderOf(options.state);
  const saved = options.state === undefined ? undefined : await readAlbum(options.state);
  const corrected = correct(saved?.clusters, options);
  const { album, errors } =
    saved && corrected
      ? { album: { ...saved, clusters: corrected }, errors: [] }
      : await analyze(folder, saved, options);
  if (options.state !== undefined) await writeAlbum(options.state, album);
  if (options.json) print(JSON.stringify(albumToJson(album, errors)));
  else printAlbum(album, errors, `insightface cluster ${folder} --state ${options.state ?? 'FILE'}`);
  return errors.length > 0 ? 2 : 0;
}

/** The state with the corrections that were asked for, or `undefined` when none was. */
function correct(state: ClusterState | undefined, options: ClusterOptions): ClusterState | undefined {
  const { merge, split, undo, name } = options;
  if (!merge && !split && undo === undefined && !name) return undefined;
  if (!state)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Corrections need the --state file of an earlier run. Cluster first.',
    );
  let corrected = state;
  if (undo !== undefined) corrected = undo === true ? undoMerge(corrected) : undoMerge(corrected, undo);
  if (split) corrected = splitFaces(corrected, split);
  if (merge)
    corrected = mergeClusters(corrected, ...pair(merge, '--merge takes two clusters, such as p3 p9.'));
  if (name)
    corrected = nameCluster(corrected, ...pair(name, '--name takes a cluster and a name, such as p3 Ada.'));
  return corrected;
}

function pair([first, second, ...rest]: readonly string[], message: string): [string, string] {
  if (first === undefined || second === undefined || rest.length > 0)
    throw new InsightFaceError('INVALID_ARGUMENT', message);
  return [first, second];
}

async function analyze(folder: string, saved: Album | undefined, options: ClusterOptions) {
  const info = await stat(folder).catch(() => undefined);
  if (!info?.isDirectory())
    throw new InsightFaceError('FILE_NOT_FOUND', `${folder} is not a folder. Name one with photos.`);
  const files = await expandInputs([folder]);
  return withApp(options, { tasks: ['detection', 'landmark', 'recognition'] }, async app => {
    const album = openAlbum(saved, app, options);
    const progress = new Progress('Analysing');
    return updateAlbum(album, folder, files, app, (done, total) =>
      progress.update(done, total, 'photos'),
    ).finally(() => progress.end());
  });
}

/** The saved album if it goes with this recogniser and threshold, or a new one. */
function openAlbum(saved: Album | undefined, app: FaceAnalysis, options: ClusterOptions): Album {
  const { fingerprint } = recognizerOf(app);
  const asked = options.threshold !== undefined || options.far !== undefined;
  if (saved && saved.model !== fingerprint)
    throw new InsightFaceError(
      'MODEL_MISMATCH',
      `${options.state} was made with another recogniser. Use its pack, or another --state file to cluster anew.`,
    );
  if (saved && !asked) return saved;
  const threshold = options.threshold ?? thresholdFor(app, options.far ?? defaultFar);
  if (saved && saved.clusters.threshold !== threshold)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${options.state} was made with threshold ${saved.clusters.threshold}. Use another --state file to cluster anew.`,
    );
  return saved ?? { model: fingerprint, photos: {}, faces: {}, clusters: createClusters(threshold) };
}

function thresholdFor(app: FaceAnalysis, far: number): number {
  const threshold = measuredThreshold(app, far);
  if (threshold !== undefined) return threshold;
  throw new InsightFaceError(
    'INVALID_ARGUMENT',
    `No thresholds were measured for the recogniser ${recognizerOf(app).name}. Give --threshold, such as 0.4.`,
  );
}
