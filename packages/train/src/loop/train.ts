// From an experiment to a run's folder with checkpoints, metrics and a report.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { distributed, files, setThreads } from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import type { FaceDataset } from '../data/face-dataset.js';
import { BatchLoader } from '../data/loader/batch-loader.js';
import { openFaceDataset } from '../data/open-dataset.js';
import { buildLearner } from './build-learner.js';
import { loadCheckpoint, type RunState } from './checkpoint.js';
import { noEvaluations } from './early-stop.js';
import type { Experiment } from './experiment.js';
import { trimMetrics } from './metrics.js';
import { planRun } from './progress.js';
import { requireSharedFolder } from './ranks.js';
import { Run, type RunParts, type TrainResult } from './run.js';
import { dropLaterCheckpoints, newestCheckpoint, openRunFolder, runPaths } from './run-folder.js';
import { RunLog } from './run-log.js';
import { openVerificationSet } from './verification.js';
import { versions } from './versions.js';

export interface TrainOptions extends Partial<Pick<RunParts, 'onProgress' | 'signal'>> {
  /** The run's folder. */
  readonly out: string;
  /** Continue from the newest checkpoint; from the start where there is none. */
  readonly resume?: boolean;
  /** Told what a person should know once. */
  readonly onNotice?: (text: string) => void;
  /** The ranks of the job. Default: this process alone. It is left open. */
  readonly collective?: distributed.Collective;
}

/**
 * Trains. When the signal fires, the step under way ends, a checkpoint is saved, and the run can be resumed.
 * @throws InsightFaceError `EXPERIMENT_INVALID`, `DATASET_INVALID`, `FILE_NOT_FOUND`, `INVALID_ARGUMENT` before anything
 * is trained; `TRAINING_FAILED` when the loss is not finite; TorchError `ENGINE_MISSING`, `RANK_FAILED`.
 */
export async function train(given: Experiment, options: TrainOptions): Promise<TrainResult> {
  const { out, resume = false, onNotice } = options;
  const collective = options.collective ?? (await distributed.init({ rank: 0, worldSize: 1 }));
  const { worldSize, localRank } = collective;
  const takesOwn = given.device === 'cuda' && worldSize > 1;
  const experiment = takesOwn ? { ...given, device: `cuda:${localRank}` } : given;
  const isFirst = collective.rank === 0;
  setThreads(
    experiment.threads || Number.parseInt(process.env['OMP_NUM_THREADS'] ?? '', 10) || availableParallelism(),
  );
  const dataset = await openFaceDataset(experiment.data.train);
  try {
    if (dataset.classes < 2)
      throw new InsightFaceError(
        'DATASET_INVALID',
        `${experiment.data.train} holds one person alone: give a folder with at least two people's folders in it.`,
      );
    const sets = isFirst ? await Promise.all(experiment.evaluate.sets.map(openVerificationSet)) : [];
    const loader = createLoader(experiment, dataset, collective);
    try {
      const learner = await buildLearner(experiment, dataset.classes, collective);
      const facts = {
        stepsPerEpoch: loader.stepsPerEpoch,
        classes: dataset.classes,
        optimizer: experiment.optimizer.name,
      };
      if (isFirst) openRunFolder(out, resume);
      collective.barrier();
      const from = resume ? newestCheckpoint(out) : undefined;
      const seen = existsSync(runPaths(out).checkpoints) ? (from?.step ?? 0) : undefined;
      requireSharedFolder(collective, out, seen, experiment.device);
      let state: RunState = {
        step: 0,
        seconds: 0,
        position: { epoch: 0, step: 0 },
        earlyStop: noEvaluations,
      };
      if (from) {
        state = await loadCheckpoint(from.folder, learner, facts, collective);
        onNotice?.(`Resumed at step ${state.step}`);
      } else if (resume) onNotice?.(`${out} holds no checkpoint: the run begins anew`);
      if (isFirst) {
        dropLaterCheckpoints(out, state.step);
        await trimMetrics(runPaths(out).metrics, state.step);
        await writeExperiment(out, experiment, dataset);
      }
      const plan = planRun(
        experiment.schedule,
        Math.max(1, Math.floor(loader.stepsPerEpoch / experiment.gradientAccumulation)),
      );
      const log = isFirst ? new RunLog(experiment, out) : undefined;
      const { signal, onProgress } = options;
      return await new Run(
        { experiment, out, learner, loader, sets, plan, facts, collective, log, signal, onProgress },
        state,
      ).train();
    } finally {
      await loader.close();
    }
  } finally {
    await dataset.close();
  }
}

function createLoader(
  experiment: Experiment,
  dataset: FaceDataset,
  { rank, worldSize }: distributed.Collective,
): BatchLoader {
  const { data, batchSize, augmentation, seed } = experiment;
  return new BatchLoader(dataset, {
    ...{ batchSize, augmentation, seed, rank, worldSize },
    sampler: data.sampler,
    workers: data.workers,
    imageSize: { width: data.size, height: data.size },
  });
}

function writeExperiment(
  out: string,
  experiment: Experiment,
  { path, kind, length, classes }: FaceDataset,
): Promise<void> {
  const content = {
    ...experiment,
    dataset: { path, kind, images: length, people: classes },
    versions: versions(),
  };
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  return files.writeAtomically(runPaths(out).experiment, [Buffer.from(text)]);
}
