// Recipes for two CPU cores and an hour, on LFW's peopleDevTrain. `npm run bench:train-lfw` prepares that data (`train`
// and `test` in its folder), trains by these, and prints what they reach.
import type { ExperimentInput } from '../loop/experiment.js';

const lfw: Pick<ExperimentInput, 'data' | 'batchSize' | 'augmentation' | 'evaluate' | 'threads'> = {
  data: { train: 'lfw-dev/train', size: 64, workers: 1 },
  batchSize: 64,
  // Threads beyond the first gain little in a network this small, and on a busy machine they wait for each other.
  threads: 1,
  augmentation: [
    { kind: 'flip' },
    { kind: 'random-crop', probability: 0.7 },
    { kind: 'brightness', probability: 0.5 },
    { kind: 'cut-out', probability: 0.2 },
  ],
  evaluate: { sets: [{ name: 'pairsDevTest', pairs: 'lfw-dev/pairsDevTest.txt', images: 'lfw-dev/test' }] },
};

const narrow: ExperimentInput = {
  ...lfw,
  name: 'lfw_dev_narrow',
  notes:
    'A narrow iResNet of four blocks at 64 pixels, CosFace, from nothing. In 32 minutes on a busy machine (15.4 minutes of CPU, 20 epochs): pairsDevTest 90.30 ± 1.62 %, area under ROC 0.9676.',
  backbone: {
    name: 'iresnet',
    blocks: [1, 1, 1, 1],
    channels: [24, 48, 96, 192],
    embeddingSize: 256,
    dropout: 0.4,
  },
  loss: { name: 'cosface', scale: 24, margin: 0.2 },
  optimizer: { name: 'sgd', lr: 0.1, weightDecay: 5e-4 },
  schedule: { minutes: 60, warmup: 0.05 },
};

const mobile: ExperimentInput = {
  ...lfw,
  name: 'lfw_dev_mbf',
  notes:
    "MobileFaceNet in the paper's width at 112 pixels, ArcFace; from nothing. For an hour on two cores; not run yet.",
  data: { ...lfw.data, size: 112 },
  backbone: { name: 'mbf_paper' },
  loss: { name: 'arcface', scale: 24, margin: 0.3 },
  optimizer: { name: 'sgd', lr: 0.1, weightDecay: 5e-4 },
  schedule: { minutes: 60, warmup: 0.05 },
};

/** By name. */
export const smallRecipes: ReadonlyMap<string, ExperimentInput> = new Map(
  [narrow, mobile].map(recipe => [recipe.name, recipe]),
);
