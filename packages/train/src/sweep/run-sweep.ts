// Trains the trials of a sweep round by round; after each, the best share goes on to the next, larger budget
// (successive halving: Jamieson and Talwalkar 2016, https://arxiv.org/abs/1502.07943).
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import { isCodedError } from '../loop/coded-error.js';
import type { Experiment } from '../loop/experiment.js';
import { applySettings, checkExperiment, readDataFile, withValue } from '../loop/experiment-file.js';
import { readMetrics } from '../loop/metrics.js';
import { runPaths } from '../loop/run-folder.js';
import { type TrainOptions, train } from '../loop/train.js';
import { readSweep, type Sweep } from './sweep-file.js';
import { compareResults, sweepReport, type TrialResult } from './sweep-report.js';
import { listTrials, type Trial } from './trials.js';

export interface SweepOptions extends Pick<TrainOptions, 'signal' | 'onProgress' | 'onNotice'> {
  /** Folder for the trials' runs, `sweep.json` and `report.html`. */
  readonly out: string;
  /** As `--set`, for every trial. */
  readonly settings?: readonly string[];
  /** Go on with a sweep that was interrupted: trials that ended are not trained again. */
  readonly resume?: boolean;
}

/**
 * Runs a sweep. A trial whose loss is not finite is a bad trial, not the end of the sweep. When the signal fires, the
 * trial under way saves a checkpoint, and the sweep can be resumed.
 * @returns the trials that ended, the best first.
 * @throws InsightFaceError `EXPERIMENT_INVALID` before anything is trained, when a trial's values are out of range.
 */
export async function runSweep(file: string, options: SweepOptions): Promise<TrialResult[]> {
  const sweep = await readSweep(file);
  const data = applySettings(await readDataFile(sweep.experiment), options.settings ?? []);
  const folder = dirname(resolve(sweep.experiment));
  const prepare = (trial: Trial, round: Sweep['rounds'][number]) =>
    checkExperiment(withBudget(withTrial(data, trial, file), round), file, folder);
  const trials = listTrials(sweep).map((values, i) => ({ number: i + 1, values }));
  const [{ name, evaluate }] = trials.map(({ values }) => prepare(values, sweep.rounds[0]!)) as [Experiment];
  if (sweep.metric === 'accuracy' && evaluate.sets.length === 0)
    throw new InsightFaceError(
      'EXPERIMENT_INVALID',
      `${file} compares accuracies, but ${sweep.experiment} has no evaluate.sets. Add one, or set metric to 'loss'.`,
    );
  if (!options.resume && existsSync(join(options.out, 'sweep.json')))
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `${options.out} holds a sweep already. Continue it with --resume, or choose another folder with --out.`,
    );

  const results = new Map<number, TrialResult>();
  const ranked = () => [...results.values()].sort(compareResults(sweep.metric));
  let left = trials;
  for (const [i, round] of sweep.rounds.entries()) {
    for (const { number, values } of left) {
      options.onNotice?.(`Round ${i + 1}, trial ${number} of ${trials.length}: ${JSON.stringify(values)}`);
      const out = join(options.out, `round-${i + 1}`, `trial-${String(number).padStart(3, '0')}`);
      const error = await failureOf(train(prepare(values, round), { ...options, out }));
      if (options.signal?.aborted) return ranked();
      results.set(number, { number, values, rounds: i + 1, ...lastFigures(out), ...(error && { error }) });
      await writeFile(
        join(options.out, 'sweep.json'),
        `${JSON.stringify({ sweep, trials: ranked() }, undefined, 2)}\n`,
      );
      await writeFile(join(options.out, 'report.html'), sweepReport(name, sweep, ranked()));
    }
    const kept = ranked()
      .filter(result => result.rounds === i + 1 && result.error === undefined)
      .slice(0, Math.max(1, Math.ceil(left.length * round.keep)));
    left = trials.filter(({ number }) => kept.some(result => result.number === number));
  }
  return ranked();
}

function withTrial(data: unknown, trial: Trial, file: string): unknown {
  return Object.entries(trial).reduce(
    (tree, [key, value]) => withValue(tree, key.split('.'), value, file),
    data,
  );
}

/** The round's budget takes the place of the experiment's own. */
function withBudget(data: unknown, { steps, minutes }: Sweep['rounds'][number]): unknown {
  const schedule = (data as { schedule?: object } | null)?.schedule ?? {};
  const { epochs: _, steps: __, minutes: ___, ...rest } = schedule as Record<string, unknown>;
  return { ...(data as object), schedule: { ...rest, ...(steps ? { steps } : { minutes }) } };
}

async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (isCodedError(error) && error.code === 'TRAINING_FAILED') return error.message.split('.')[0]!;
    throw error;
  }
}

function lastFigures(out: string): Pick<TrialResult, 'loss' | 'accuracy' | 'auc'> {
  const lines = readMetrics(runPaths(out).metrics);
  const first = lines.find(line => line.eval)?.eval?.name;
  const evaluated = lines.findLast(line => line.eval?.name === first && first !== undefined);
  return {
    loss: lines.at(-1)?.loss ?? null,
    accuracy: evaluated?.eval?.accuracy ?? null,
    auc: evaluated?.eval?.auc ?? null,
  };
}
