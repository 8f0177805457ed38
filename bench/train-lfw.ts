// Learning from nothing on LFW's View 1: trained on peopleDevTrain, judged on pairsDevTest, which shows other people, by
// ten folds inside it. Nothing pretrained but the detector that aligns the photos.
//   node bench/dist/train-lfw.js [--minutes 60 | --epochs N] [--out FOLDER] [--compare] [--set key=value ...]
// `--compare` trains plain softmax, CosFace, ArcFace and AdaFace, each for the same time, or for the same number of epochs:
// fairer on a machine that does other work as well, and the same time otherwise, for a step costs the same with each.
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  applySettings,
  checkExperiment,
  type ExperimentInput,
  type MetricsLine,
  readMetrics,
  recipes,
  runPaths,
  train,
} from '@insightface-ts/train';
import { sharedPath } from './shared-data.js';
import { type LfwCrops, prepareLfwCrops } from './train-lfw-data.js';

const RECIPE = 'lfw_dev_narrow';
/** Margins that suit a few thousand photos; 64 pixels and a thousand people want smaller ones than the papers'. */
const LOSSES: readonly ExperimentInput['loss'][] = [
  { name: 'softmax' },
  { name: 'cosface', scale: 24, margin: 0.2 },
  { name: 'arcface', scale: 24, margin: 0.3 },
  { name: 'adaface', scale: 24, margin: 0.3 },
];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    epochs: { type: 'string' },
    out: { type: 'string', default: 'runs/train-lfw' },
    compare: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
const recipe = recipes.get(RECIPE)!;
const length = values.epochs ? { epochs: Number(values.epochs) } : { minutes: Number(values.minutes) };
const crops = await prepareLfwCrops(out, recipe.data.size ?? 112);
console.log(
  `LFW View 1, ${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model ?? 'CPU'}, ${availableParallelism()} cores, ${values.epochs ? `${values.epochs} epochs` : `${values.minutes} minutes`} each`,
);
const rows: string[] = [];
for (const loss of values.compare ? LOSSES : [recipe.loss]) rows.push(await measure(loss, crops));
console.log(
  `\n| loss | images seen | CPU minutes | accuracy of ten folds | AUC |\n|---|---|---|---|---|\n${rows.join('\n')}`,
);

/** Trains, prints a line an evaluation, and gives the row of the table. */
async function measure(loss: ExperimentInput['loss'], { train: faces, test }: LfwCrops): Promise<string> {
  const run = join(out, loss.name);
  rmSync(run, { recursive: true, force: true });
  const data = {
    ...recipe,
    loss,
    data: { ...recipe.data, train: faces },
    schedule: { warmup: recipe.schedule.warmup ?? 0, ...length },
    evaluate: {
      sets: [{ name: 'pairsDevTest', pairs: sharedPath('data/lfw/pairsDevTest.txt'), images: test }],
    },
  };
  const experiment = checkExperiment(applySettings(data, values.set), RECIPE, process.cwd());
  console.log(`\n${loss.name}\nepoch  minutes  loss     images/s  accuracy          AUC`);
  const before = process.cpuUsage();
  let shown = 0;
  const show = () => {
    const evaluated = readMetrics(runPaths(run).metrics).filter(line => line.eval);
    for (const line of evaluated.slice(shown)) console.log(describe(line));
    shown = evaluated.length;
  };
  const timer = setInterval(show, 5000);
  await train(experiment, { out: run }).finally(() => clearInterval(timer));
  show();
  const used = process.cpuUsage(before);
  const last = readMetrics(runPaths(run).metrics).at(-1)!;
  const figures = last.eval!;
  return `| ${loss.name} | ${last.step * experiment.batchSize} | ${((used.user + used.system) / 6e7).toFixed(1)} | ${percent(figures.accuracy)} ± ${percent(figures.std)} | ${figures.auc?.toFixed(4)} |`;
}

function describe({ epoch, seconds, loss, imagesPerSecond, eval: figures }: MetricsLine): string {
  return [
    epoch.toFixed(1).padStart(5),
    (seconds / 60).toFixed(1).padStart(7),
    loss.toFixed(4).padStart(7),
    imagesPerSecond.toFixed(1).padStart(9),
    `${percent(figures!.accuracy)} ± ${percent(figures!.std)}`.padStart(15),
    (figures!.auc ?? Number.NaN).toFixed(4),
  ].join('  ');
}

function percent(share: number): string {
  return (share * 100).toFixed(2);
}
