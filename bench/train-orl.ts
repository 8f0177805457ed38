// Identification learnt from 200 photos: ORL, 40 people, images 1 to 5 train, 6 to 10 test. Figure: rank-1, the share of
// the 200 test images whose nearest training image, by cosine, shows the same person.
//   node bench/dist/train-orl.js [--seeds 3] [--minutes N] [--out FOLDER] [--from RUN] [--set key=value ...] [--json]
//   node bench/dist/train-orl.js --choose [--set key=value ...]
// Settings were chosen by `--choose`, which holds out one training image of each person in turn and never opens the test
// images. Epoch 0 is the network before training: random weights, or with `--from` those of a network trained on other
// people (`npm run bench:train-lfw`), whose last layer then learns. `--minutes` ends each training early. One thread.
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { manualSeed } from '@insightface-ts/torch';
import {
  applySettings,
  type Backbone,
  checkExperiment,
  createBackbone,
  type ExperimentInput,
  embedCrops,
  listCheckpoints,
  openBackbone,
  readExperiment,
  recipes,
  runOf,
  train,
} from '@insightface-ts/train';
import { decodeImage, evaluateGallery, wilsonEstimate } from 'insightface-ts';
import { machine } from './machine.js';
import { percent } from './percent.js';
import { heldOut, type OrlSplit, prepareOrlCrops, reported, trainingFolder } from './train-orl-data.js';

const RECIPE = 'orl_narrow';
const BAR = 0.95;

interface Row {
  readonly network: string;
  readonly split: string;
  readonly seed: number;
  readonly images: number;
  readonly cpuMinutes: number;
  /** 0 to 1; with random weights, or those of other people. */
  readonly rank1Before: number;
  readonly rank1: number;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    minutes: { type: 'string' },
    out: { type: 'string', default: 'runs/train-orl' },
    from: { type: 'string' },
    choose: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});
const out = resolve(values.out);
const say = values.json ? console.error : console.log;
const recipe = recipes.get(RECIPE)!;

say(machine);
const rows: Row[] = [];
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
for (const split of values.choose ? heldOut : [reported])
  for (const seed of values.choose ? [1] : seeds)
    rows.push(await learn('from nothing', { ...recipe, seed }, split));
if (values.from) rows.push(await learnFrom(resolve(values.from)));

const own = rows.filter(({ network }) => network === 'from nothing').map(({ rank1 }) => rank1);
const mean = own.reduce((sum, rank1) => sum + rank1, 0) / own.length;
const std = Math.sqrt(own.reduce((sum, rank1) => sum + (rank1 - mean) ** 2, 0) / own.length);
if (values.json) console.log(JSON.stringify({ rows, mean, std, passed: mean >= BAR }));
else report();
if (!values.choose) process.exitCode = mean >= BAR ? 0 : 1;

/** A network trained on other people learns with its last layer. */
async function learnFrom(from: string): Promise<Row> {
  const { backbone, data } = await readExperiment(runOf(from));
  return learn(
    'of other people, last layer trained',
    {
      ...recipe,
      backbone,
      data: { ...recipe.data, size: data.size },
      optimizer: { name: 'sgd', lr: 0.02 },
      schedule: { epochs: 40, warmup: 0.1 },
      finetune: { from, train: 'lastLayer' },
    },
    reported,
  );
}

/** Judges, trains, then judges the checkpoints left on the way, a line each. */
async function learn(network: string, input: ExperimentInput, split: OrlSplit): Promise<Row> {
  const run = join(out, 'run');
  rmSync(run, { recursive: true, force: true });
  const schedule = { ...input.schedule, ...(values.minutes && { minutes: Number(values.minutes) }) };
  const experiment = checkExperiment(
    applySettings({ ...input, schedule }, values.set),
    RECIPE,
    process.cwd(),
  );
  const { data } = experiment;
  const crops = await prepareOrlCrops(out, data.size);
  const { seed } = experiment;
  say(`\n${network}, ${split.name}, seed ${seed}\nepoch  rank-1 %`);
  manualSeed(seed);
  const from = experiment.finetune?.from;
  const start = from ? await openBackbone(from) : createBackbone(experiment.backbone);
  const rank1Before = await judge(0, start, crops, split);
  const before = process.cpuUsage();
  const { step } = await train(
    { ...experiment, data: { ...data, train: await trainingFolder(crops, split) } },
    { out: run },
  );
  const used = process.cpuUsage(before);
  const stepsPerEpoch = Math.floor(split.train.length / experiment.batchSize);
  let rank1 = rank1Before;
  for (const { folder, step } of listCheckpoints(run))
    rank1 = await judge(step / stepsPerEpoch, await openBackbone(folder), crops, split);
  return {
    ...{ network, split: split.name, seed, rank1Before, rank1 },
    images: step * experiment.batchSize,
    cpuMinutes: (used.user + used.system) / 6e7,
  };
}

/** Rank-1 of the network, which is disposed of. */
async function judge(
  epoch: number,
  network: Backbone,
  crops: string,
  { train: gallery, test: probes }: OrlSplit,
): Promise<number> {
  const items = [...gallery, ...probes];
  const images = await Promise.all(
    items.map(async ({ image }) => decodeImage(await readFile(join(crops, image)))),
  );
  const found = embedCrops(network, images);
  const embeddings = new Map(items.map(({ image }, i) => [image, found[i]]));
  network.dispose();
  const rank1 = evaluateGallery({ gallery, probes, embeddings }).cmc[0]!.mean;
  say(`${epoch.toFixed(0).padStart(5)}  ${percent(rank1).padStart(8)}`);
  return rank1;
}

function report(): void {
  console.log('\n| network | split | seed | images seen | CPU minutes | before | after | 95 % interval |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { network, split, seed, images, cpuMinutes, rank1Before, rank1 } of rows) {
    const probes = [reported, ...heldOut].find(({ name }) => name === split)!.test.length;
    const { low, high } = wilsonEstimate(Math.round(rank1 * probes), probes);
    const training = [network, split, seed, images, cpuMinutes.toFixed(1)];
    const figures = [percent(rank1Before), percent(rank1), `${percent(low)} to ${percent(high)}`];
    console.log(`| ${[...training, ...figures].join(' | ')} |`);
  }
  console.log(
    `\nFrom nothing: ${percent(mean)} ± ${percent(std)} % over ${own.length} trainings (mean and standard deviation).`,
  );
  if (!values.choose) console.log(mean >= BAR ? 'passed' : `FAILED: below ${percent(BAR)} %`);
}
