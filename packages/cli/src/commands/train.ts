// Trains a recogniser. The engine is loaded only here, when the command runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { INTERRUPTED, onInterrupt } from '../interrupt.js';
import { formatTable } from '../table.js';
import { print, warn } from '../terminal.js';
import { TrainingProgress } from '../training-progress.js';

const saving = 'Saving a checkpoint. Press Ctrl-C again to leave without it.';

interface TrainCommandOptions {
  readonly set: readonly string[];
  readonly nproc?: number;
  readonly resume?: boolean;
  readonly out?: string;
  readonly sweep?: string;
  readonly recipes?: boolean;
  readonly json?: boolean;
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .description('train a face recogniser from an experiment')
    .argument('[experiment]', 'a .json or .ts file, the name of a recipe, or the folder of a run')
    .option('--set <key=value>', 'set a value of the experiment; may be repeated', collect, [])
    .option('--nproc <n>', 'processes on this machine that train together', parseProcesses)
    .option('--resume', 'continue the run from its newest checkpoint, or the sweep where it was')
    .option('--out <run>', 'folder of the run (default: runs/NAME)')
    .option('--sweep <file>', 'train the trials of a sweep file instead')
    .option('--recipes', 'list the recipes')
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
RUN/metrics.jsonl, RUN/report.html and RUN/events (TensorBoard) grow while it trains. Ctrl-C saves a checkpoint first.
Exit code: 0 when the run ended, 130 when it was interrupted, 1 when it failed.

Examples:
  insightface train experiment.ts --out runs/first
  insightface train experiment.json --set optimizer.lr=0.2 --set schedule.epochs=10
  insightface train runs/first --resume
  insightface train experiment.ts --nproc 2
  insightface train --sweep sweep.json --out runs/sweep
  insightface train --recipes`,
    )
    .action(run);
}

function collect(setting: string, before: readonly string[]): string[] {
  return [...before, setting];
}

function parseProcesses(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1024)
    throw new InvalidArgumentError('Give a whole number from 1 to 1024.');
  return count;
}

async function run(experiment: string | undefined, options: TrainCommandOptions): Promise<void> {
  if (options.recipes) return listRecipes();
  if (options.sweep !== undefined) {
    if (experiment !== undefined || options.nproc !== undefined)
      throw new InsightFaceError(
        'INVALID_ARGUMENT',
        'A sweep names its experiment in its own file and trains in one process: leave out the experiment and --nproc.',
      );
    return sweep(options.sweep, options);
  }
  if (experiment === undefined)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Name an experiment file or a recipe, or give --sweep FILE.',
    );
  if ((options.nproc ?? 1) > 1) return launchRanks(options.nproc ?? 1, options.json);
  const { readExperiment, runPaths, train } = await import('@insightface-ts/train');
  const { distributed } = await import('@insightface-ts/torch');
  const resolved = await readExperiment(experiment, options.set);
  const goesOn = options.resume && existsSync(runPaths(experiment).experiment);
  const out = options.out ?? (goesOn ? experiment : join('runs', resolved.name));
  const collective = await distributed.init(resolved.device === 'cpu' ? {} : { backend: 'nccl' });
  const isFirst = collective.rank === 0;
  const progress = new TrainingProgress();
  const stop = onInterrupt(isFirst ? saving : undefined);
  try {
    const result = await train(resolved, {
      ...{ out, collective, signal: stop.signal, resume: options.resume ?? false },
      ...(isFirst && { onProgress: state => progress.update(state) }),
      ...(isFirst && { onNotice: warn }),
    });
    progress.end();
    // The launcher of several ranks tells it for them.
    if (result.reason === 'interrupted' && collective.worldSize === 1) process.exitCode = INTERRUPTED;
    if (!isFirst) return;
    if (options.json) print(JSON.stringify({ run: out, ...result }));
    else {
      for (const { name, accuracy, std, auc } of result.evaluations)
        print(
          `${name}: accuracy ${(accuracy * 100).toFixed(2)} ± ${(std * 100).toFixed(2)} %${auc === null ? '' : `, area under ROC ${auc.toFixed(4)}`}`,
        );
      print(`${out}: ${result.reason} at step ${result.step} after ${(result.seconds / 60).toFixed(1)} min`);
      if (result.reason === 'interrupted') print('Go on with the same command and --resume.');
    }
  } finally {
    progress.end();
    stop.end();
    collective.close();
  }
}

async function sweep(file: string, options: TrainCommandOptions): Promise<void> {
  const { runSweep, sweepRows } = await import('@insightface-ts/train');
  const out = options.out ?? join('runs', 'sweep');
  const progress = new TrainingProgress();
  const stop = onInterrupt(saving);
  try {
    const results = await runSweep(file, {
      ...{ out, settings: options.set, signal: stop.signal, resume: options.resume ?? false },
      onProgress: state => progress.update(state),
      onNotice: notice => {
        progress.end();
        warn(notice);
      },
    });
    progress.end();
    if (options.json) for (const result of results) print(JSON.stringify(result));
    else if (results.length > 0)
      print(`${formatTable(sweepRows(results))}\n\nPlots: ${join(out, 'report.html')}`);
    if (stop.signal.aborted) {
      warn('Interrupted. Go on with the same command and --resume.');
      process.exitCode = INTERRUPTED;
    }
  } finally {
    progress.end();
    stop.end();
  }
}

/** The same command, once for each rank. */
async function launchRanks(nproc: number, plainOutput = false): Promise<void> {
  if (process.env['RANK'] !== undefined)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      `RANK=${process.env['RANK']} makes this process a rank of a job already. Leave out --nproc, or unset RANK.`,
    );
  const { distributed } = await import('@insightface-ts/torch');
  const [, script = '', ...args] = process.argv;
  const at = args.findIndex(arg => arg === '--nproc' || arg.startsWith('--nproc='));
  const own = args.toSpliced(at, args[at] === '--nproc' ? 2 : 1);
  const { signal } = await distributed.launch({ script, nproc, args: own, plainOutput });
  if (signal) process.exitCode = INTERRUPTED;
}

async function listRecipes(): Promise<void> {
  const { recipes } = await import('@insightface-ts/train');
  print(
    formatTable([['recipe', 'what it is'], ...[...recipes].map(([name, { notes }]) => [name, notes ?? ''])]),
  );
}
