// Fine-tuning the last layer to a new domain: faces that are dark and askew (finetune-data.ts). A network trained on LFW's
// peopleDevTrain learns on the same photos made dark; judged on the pairs of pairsDevTest, other people, made dark (the
// new domain) and as they are (the old one). Its convolutions and their statistics stay as they were.
//   node bench/dist/finetune.js [--from CHECKPOINT] [--minutes N] [--crops FOLDER] [--out FOLDER] [--set key=value ...] [--json]
// `--from` is a run of `npm run bench:train-lfw` or one of its checkpoints; its crops in `--crops` are used or made. One thread.
// The settings are first guesses; nothing was chosen by these pairs.
// Intervals, 95 %: the same pairs before and after, so the difference is resampled pair by pair, same and different pairs
// each by themselves. Accuracy is that of ten folds; whether a pair was judged rightly there is what is resampled.
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  applySettings,
  type Backbone,
  checkExperiment,
  newestCheckpoint,
  openBackbone,
  openVerificationSet,
  readExperiment,
  recipes,
  runOf,
  train,
  type VerificationSet,
  verify,
} from '@insightface-ts/train';
import { areaUnderCurve, type Estimate, rocCurve, type VerificationResult } from 'insightface-ts';
import { bootstrapInterval } from './bootstrap.js';
import { darkenAndTurn } from './finetune-data.js';
import { machine } from './machine.js';
import { percent } from './percent.js';
import { sharedPath } from './shared-data.js';
import { prepareLfwCrops } from './train-lfw-data.js';

const RECIPE = 'lfw_dark_last_layer';

interface Row {
  readonly domain: string;
  readonly figure: 'accuracy' | 'AUC';
  readonly before: Estimate;
  readonly after: Estimate;
  readonly difference: Estimate;
}

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'runs/train-lfw/cosface' },
    minutes: { type: 'string' },
    crops: { type: 'string', default: 'runs/train-lfw' },
    out: { type: 'string', default: 'runs/finetune' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});
const source = resolve(values.from);
if (!existsSync(source)) {
  console.error(
    `There is no trained network in ${values.from}. Run \`npm run bench:train-lfw\`, or name its run with --from.`,
  );
  process.exit(1);
}
// Of a run not the best checkpoint, which was chosen on the pairs that judge here.
const from = newestCheckpoint(source)?.folder ?? source;
const out = resolve(values.out);
const { backbone, data } = await readExperiment(runOf(from));
const old = await prepareLfwCrops(resolve(values.crops), data.size);
const dark = { train: join(out, `dark-train-${data.size}`), test: join(out, `dark-test-${data.size}`) };
await darkenAndTurn(old.train, dark.train);
await darkenAndTurn(old.test, dark.test);
const pairs = sharedPath('data/lfw/pairsDevTest.txt');
const sets = [
  await openVerificationSet({ name: 'new: dark and askew', pairs, images: dark.test }),
  await openVerificationSet({ name: 'old: as they are', pairs, images: old.test }),
];

const before = await judge(await openBackbone(from), sets);
const run = join(out, 'run');
rmSync(run, { recursive: true, force: true });
const recipe = recipes.get(RECIPE)!;
const input = {
  ...recipe,
  backbone,
  data: { ...recipe.data, train: dark.train, size: data.size },
  schedule: { ...recipe.schedule, ...(values.minutes && { minutes: Number(values.minutes) }) },
  finetune: { ...recipe.finetune, from },
};
const experiment = checkExperiment(applySettings(input, values.set), RECIPE, process.cwd());
const cpu = process.cpuUsage();
const { step } = await train(experiment, { out: run });
const used = process.cpuUsage(cpu);
const after = await judge(await openBackbone(run), sets);

const images = step * experiment.batchSize;
const cpuMinutes = (used.user + used.system) / 6e7;
const rows = sets.flatMap(({ name }, i) => compare(name, before[i]!, after[i]!));
const passed = rows
  .filter(({ domain }) => domain === sets[0]!.name)
  .every(({ difference }) => difference.low > 0);
if (values.json) console.log(JSON.stringify({ images, cpuMinutes, rows, passed }));
else {
  console.log(`${machine}\n${images} images seen, ${cpuMinutes.toFixed(1)} minutes of CPU, 95 % intervals\n`);
  console.log('| domain | figure | before | after | difference |\n|---|---|---|---|---|');
  for (const { domain, figure, before, after, difference } of rows)
    console.log(
      `| ${[domain, figure, ...[before, after, difference].map(estimate => show(figure, estimate))].join(' | ')} |`,
    );
  console.log(passed ? 'passed' : 'FAILED: the new domain did not get better by more than the interval');
}
process.exitCode = passed ? 0 : 1;

async function judge(network: Backbone, sets: readonly VerificationSet[]): Promise<VerificationResult[]> {
  const results: VerificationResult[] = [];
  for (const set of sets) results.push(await verify(network, set));
  network.dispose();
  return results;
}

function compare(domain: string, before: VerificationResult, after: VerificationResult): Row[] {
  const { pairs } = before;
  const groups = [true, false].map(kind => [...pairs.keys()].filter(i => pairs[i]!.same === kind));
  return [['accuracy', accuracyOf] as const, ['AUC', aucOf] as const].map(([figure, of]) => ({
    domain,
    figure,
    before: bootstrapInterval(groups, indices => of(before, indices)),
    after: bootstrapInterval(groups, indices => of(after, indices)),
    difference: bootstrapInterval(groups, indices => of(after, indices) - of(before, indices)),
  }));
}

function accuracyOf({ folds }: VerificationResult, indices: readonly number[]): number {
  return indices.reduce((sum, i) => sum + folds.correct[i]!, 0) / indices.length;
}

function aucOf({ pairs, similarities }: VerificationResult, indices: readonly number[]): number {
  const scores = indices.map(i => similarities[i]!);
  return areaUnderCurve(
    rocCurve(
      scores,
      indices.map(i => pairs[i]!.same),
    ),
  )!;
}

function show(figure: Row['figure'], { value, low, high }: Estimate): string {
  if (figure === 'AUC') return `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
  return `${percent(value)} % (${percent(low)} to ${percent(high)})`;
}
