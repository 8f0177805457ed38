// Trains a recogniser. The engine is loaded only here, when the command runs.
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { InsightFaceError } from 'insightface-ts';
import { formatTable } from '../table.js';
import { print, warn } from '../terminal.js';
import { TrainingProgress } from '../training-progress.js';

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
    .option('--resume', 'continue the run from its newest checkpoint')
    .option('--out <run>', 'folder of the run (default: runs/NAME)')
    .option('--sweep <file>', 'train the trials of a sweep file instead')
    .option('--recipes', 'list the recipes')
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
RUN/metrics.jsonl, RUN/report.html and RUN/events (TensorBoard) grow while it trains. Ctrl-C saves a checkpoint first.

Examples:
  insightface train experiment.ts --out runs/first
  insightface train experiment.json --set optimizer.lr=0.2 --set schedule.epochs=10
  insightface train runs/first --resume --out runs/first
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
  if (options.sweep !== undefined) return sweep(options.sweep, options);
  if (experiment === undefined)
    throw new InsightFaceError(
      'INVALID_ARGUMENT',
      'Name an experiment file or a recipe, or give --sweep FILE.',
    );
  if ((options.nproc ?? 1) > 1) return launchRanks(options.nproc ?? 1, options.json);
  const { readExperiment, train } = await import('@insightface-ts/train');
  const { distributed } = await import('@insightface-ts/torch');
  const resolved = await readExperiment(experiment, options.set);
  const out = options.out ?? join('runs', resolved.name);
  const collective = await distributed.init();
  const isFirst = collective.rank === 0;
  const progress = new TrainingProgress();
  const stop = onInterrupt();
  try {
    const result = await train(resolved, {
      ...{ out, collective, signal: stop.signal, resume: options.resume ?? false },
      ...(isFirst && { onProgress: state => progress.update(state) }),
      ...(isFirst && { onNotice: warn }),
    });
    progress.end();
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
  const stop = onInterrupt();
  try {
    const results = await runSweep(file, {
      ...{ out, settings: options.set, signal: stop.signal },
      onProgress: state => progress.update(state),
      onNotice: notice => {
        progress.end();
        warn(notice);
      },
    });
    progress.end();
    if (options.json) for (const result of results) print(JSON.stringify(result));
    else print(`${formatTable(sweepRows(results))}\n\nPlots: ${join(out, 'report.html')}`);
  } finally {
    stop.end();
  }
}

/** The same command, once for each rank. */
async function launchRanks(nproc: number, plainOutput = false): Promise<void> {
  const { distributed } = await import('@insightface-ts/torch');
  const [, script = '', ...args] = process.argv;
  const at = args.findIndex(arg => arg === '--nproc' || arg.startsWith('--nproc='));
  const own = args.toSpliced(at, args[at] === '--nproc' ? 2 : 1);
  await distributed.launch({ script, nproc, args: own, plainOutput });
}

/** Ctrl-C asks the run to save and end; a second one ends it at once. */
function onInterrupt(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(130);
    warn('\nSaving a checkpoint. Press Ctrl-C again to leave without it.');
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  return {
    signal: controller.signal,
    end: () => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
    },
  };
}

async function listRecipes(): Promise<void> {
  const { recipes } = await import('@insightface-ts/train');
  print(
    formatTable([['recipe', 'what it is'], ...[...recipes].map(([name, { notes }]) => [name, notes ?? ''])]),
  );
}
