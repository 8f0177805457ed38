// The published recipes of arcface_torch as data: recognition/arcface_torch/configs at d9cb10e and fe116a4, results in its
// README. Processes are named where the config's name or a README does. They need GPUs and the data sets named; none was run
// here. `data.train` is set by whoever has the set:
// `insightface train ms1mv3_r50 --set data.train=/data/ms1m-retinaface-t1 --nproc 8`.
import type { ExperimentInput } from '../loop/experiment.js';

const sets: NonNullable<ExperimentInput['evaluate']> = {
  sets: ['lfw', 'cfp_fp', 'agedb_30'].map(name => ({ name, bin: `eval/${name}.bin` })),
  everySteps: 2000,
};

const shared = {
  batchSize: 128,
  augmentation: [{ kind: 'flip' }],
  evaluate: sets,
  distributed: {},
} satisfies Partial<ExperimentInput>;

const arcface = { name: 'arcface', scale: 64, margin: 0.5 } as const;
const cosface = { name: 'cosface', scale: 64, margin: 0.4 } as const;

type Network = 'mbf' | 'r50' | 'r100' | 'vit_t' | 'vit_s';

/** What a recipe needs and what was published for it; IJB-C at FAR 1e-4 and MFR-ALL in percent. */
function notes(
  set: string,
  people: string,
  images: string,
  mfr: number,
  ijbc: number,
  gpus?: number,
): string {
  return (
    `Not run here. Needs ${set} (${people} people, ${images} images) and ${gpus ?? 'some'} GPUs. ` +
    `Published with Python, in mixed precision: MFR-ALL ${mfr}, IJB-C ${ijbc}.`
  );
}

function ms1mv3(backbone: Network, mfr: number, ijbc: number): ExperimentInput {
  const mobile = backbone === 'mbf';
  const deep = backbone === 'r100';
  return {
    ...shared,
    name: `ms1mv3_${backbone}`,
    notes: notes('MS1MV3', '93,431', '5,179,510', mfr, ijbc, backbone === 'r50' ? 8 : undefined),
    data: { train: 'ms1m-retinaface-t1' },
    backbone: { name: backbone },
    loss: arcface,
    optimizer: { name: 'sgd', lr: deep ? 0.2 : 0.1, weightDecay: mobile ? 1e-4 : 5e-4 },
    schedule: { epochs: mobile ? 40 : deep ? 25 : 20 },
  };
}

function glint360k(backbone: Network, mfr: number, ijbc: number): ExperimentInput {
  return {
    ...shared,
    name: `glint360k_${backbone}`,
    notes: notes('Glint360K', '360,232', '17,091,657', mfr, ijbc),
    data: { train: 'glint360k' },
    backbone: { name: backbone },
    loss: cosface,
    classifier: { name: 'partialFc', sampleRate: 1 },
    optimizer: { name: 'sgd', lr: 0.1, weightDecay: 1e-4 },
    schedule: { epochs: 20 },
  };
}

function webface42m(backbone: Network, sampleRate: number, mfr: number, ijbc: number): ExperimentInput {
  const transformer = backbone === 'vit_t' || backbone === 'vit_s';
  return {
    ...shared,
    name: `wf42m_pfc${String(sampleRate * 10).padStart(2, '0')}_${backbone}`,
    notes: notes('WebFace42M', '2,059,906', '42,474,557', mfr, ijbc, transformer ? 64 : 32),
    data: { train: 'WebFace42M' },
    backbone: transformer ? { name: backbone, dropPath: 0.05, maskRatio: 0 } : { name: backbone },
    loss: cosface,
    classifier: { name: 'partialFc', sampleRate },
    ...(transformer
      ? {
          optimizer: { name: 'adamw', lr: 1e-3, weightDecay: 0.1 },
          schedule: { epochs: 40, warmup: 0.1 },
          batchSize: 384,
        }
      : {
          optimizer: { name: 'sgd', lr: 0.4, weightDecay: 5e-4 },
          schedule: { epochs: 20, warmup: 0.1 },
        }),
  };
}

const noisy: ExperimentInput = {
  ...shared,
  name: 'wf12m_flip_pfc01_filter04_r50',
  notes:
    'Not run here. Needs WebFace12M (617,970 people, 12,720,066 images) with 40 % of the labels flipped, and GPUs. ' +
    'Published with Python, in mixed precision: MFR-ALL 80.20, IJB-C 96.11 (43.87 and 88.35 without sampling and filter).',
  data: { train: 'WebFace12M_FLIP40' },
  backbone: { name: 'r50' },
  loss: { ...cosface, interclassFilter: 0.4 },
  classifier: { name: 'partialFc', sampleRate: 0.1 },
  optimizer: { name: 'sgd', lr: 0.1, weightDecay: 5e-4 },
  schedule: { epochs: 20, warmup: 0.1 },
};

const all = [
  ms1mv3('mbf', 63.78, 94.23),
  ms1mv3('r50', 79.14, 96.37),
  ms1mv3('r100', 81.97, 96.85),
  glint360k('mbf', 70.18, 95.04),
  glint360k('r50', 86.34, 97.16),
  glint360k('r100', 89.52, 97.55),
  webface42m('r50', 0.3, 94.03, 97.48),
  webface42m('r100', 0.3, 96.69, 97.82),
  webface42m('vit_t', 0.3, 92.24, 97.31),
  webface42m('vit_s', 0.3, 95.87, 97.73),
  noisy,
];

/** By name. */
export const largeRecipes: ReadonlyMap<string, ExperimentInput> = new Map(
  all.map(recipe => [recipe.name, recipe]),
);
