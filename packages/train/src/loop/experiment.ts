// An experiment is one small file of data; this is its shape. Every value is checked, every default stands here.
// Defaults follow arcface_torch's configs/base.py where it has one.
import * as v from 'valibot';
import { augmentationSchema } from '../augmentation/index.js';
import type { BackboneConfig } from '../backbones/index.js';
import { samplerSchema } from '../data/sampler.js';
import type { LossConfig } from '../losses/index.js';

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const count = (from: number, to: number) =>
  v.pipe(
    v.number(`must be a whole number from ${from} to ${to}`),
    v.integer(`must be a whole number from ${from} to ${to}`),
    v.minValue(from, `must be a whole number from ${from} to ${to}`),
    v.maxValue(to, `must be a whole number from ${from} to ${to}`),
  );
const real = (from: number, to: number) =>
  v.pipe(
    v.number(`must be a number from ${from} to ${to}`),
    v.finite(`must be a number from ${from} to ${to}`),
    v.minValue(from, `must be a number from ${from} to ${to}`),
    v.maxValue(to, `must be a number from ${from} to ${to}`),
  );

/** A part chosen by name; its own options stand beside the name and are checked by the part's registry. */
const part = v.looseObject({ name: text }, "must be { name, ... }, such as { name: 'r50' }");

const data = v.strictObject({
  /** Folder written by `insightface data prepare`, or an InsightFace `.rec` file with its `.idx` beside it. */
  train: text,
  /** Side in pixels the crops are scaled to. */
  size: v.optional(count(32, 448), 112),
  /** Threads that decode and augment; 0 does it between the steps. */
  workers: v.optional(count(0, 64), 2),
  /** `shuffle`: every image once an epoch; `balanced`: every person equally often. */
  sampler: v.optional(samplerSchema, { kind: 'shuffle' }),
});

const classifier = v.variant(
  'name',
  [
    v.strictObject({ name: v.literal('full') }),
    v.strictObject({ name: v.literal('partialFc'), sampleRate: v.optional(real(0.001, 1), 1) }),
  ],
  "must have the name 'full' or 'partialFc'",
);

const optimizer = v.variant(
  'name',
  [
    v.strictObject({
      name: v.literal('sgd'),
      lr: v.optional(real(1e-8, 10), 0.1),
      momentum: v.optional(real(0, 0.9999), 0.9),
      weightDecay: v.optional(real(0, 1), 5e-4),
    }),
    v.strictObject({
      name: v.literal('adamw'),
      lr: v.optional(real(1e-8, 10), 1e-3),
      weightDecay: v.optional(real(0, 1), 0.1),
    }),
  ],
  "must have the name 'sgd' or 'adamw'",
);

const schedule = v.pipe(
  v.strictObject({
    /** Training ends at whichever of the three comes first. */
    epochs: v.exactOptional(real(0.001, 10_000)),
    steps: v.exactOptional(count(1, 1e9)),
    /** Wall time. The rate falls by the clock then, so such a run does not repeat bit for bit. */
    minutes: v.exactOptional(real(0.01, 100_000)),
    /** Share of the run in which the rate rises from 0. */
    warmup: v.optional(real(0, 0.9), 0),
    /** The rate falls as (1 - progress)^power. */
    power: v.optional(real(0.1, 10), 1),
  }),
  v.check(
    ({ epochs, steps, minutes }) => epochs !== undefined || steps !== undefined || minutes !== undefined,
    'needs epochs, steps or minutes',
  ),
);

const evaluationSet = v.union(
  [v.strictObject({ name: text, pairs: text, images: text }), v.strictObject({ name: text, bin: text })],
  'must be { name, pairs, images } or { name, bin }',
);

const evaluate = v.strictObject({
  /** Aligned crops: LFW pairs or a CSV with a folder, or InsightFace `.bin` files. */
  sets: v.optional(v.array(evaluationSet), []),
  /** After so many steps; 0 stands for once an epoch. The end of the run is always evaluated. */
  everySteps: v.optional(count(0, 1e9), 0),
});

const checkpoint = v.strictObject({
  /** After so many steps; 0 stands for once an epoch. */
  everySteps: v.optional(count(0, 1e9), 0),
  /** The newest so many stay, and the best one beside them. */
  keep: v.optional(count(1, 1000), 3),
});

const earlyStop = v.strictObject({
  /** Evaluations without a better accuracy on the first set after which training ends. */
  patience: count(1, 10_000),
});

const finetune = v.strictObject({
  /** A run, one of its checkpoints, or a `.pth` or `.safetensors` file with the backbone's weights. */
  from: text,
  /**
   * Which parameters learn, as parts of the backbone by the beginning of their names, each with its factor to the
   * learning rate. Absent: all. `lastLayer` is the fully connected layer and the normalisation behind it.
   */
  train: v.optional(
    v.union(
      [
        v.picklist(['all', 'lastLayer']),
        v.pipe(
          v.array(v.strictObject({ part: text, lr: v.optional(real(0, 100), 1) })),
          v.minLength(1, 'must name at least one part'),
        ),
      ],
      "must be 'all', 'lastLayer' or a list of { part, lr }",
    ),
    'all',
  ),
});

const distributed = v.strictObject({
  /** Batch statistics over the processes together, as one process with the joined batch has them. */
  syncBatchNorm: v.optional(v.boolean(), false),
});

export const experimentSchema = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[\w.-]{1,128}$/, 'must be letters, digits, dots, - and _')),
  /** What a person should know, such as the published result of the recipe. */
  notes: v.exactOptional(v.string()),
  data,
  backbone: part,
  loss: part,
  classifier: v.optional(classifier, { name: 'full' }),
  optimizer: v.optional(optimizer, { name: 'sgd' }),
  schedule,
  /** Images of one optimiser step in one process, before gradient accumulation. */
  batchSize: v.optional(count(2, 65_536), 128),
  /** Batches whose gradients are added up for one step. */
  gradientAccumulation: v.optional(count(1, 1024), 1),
  /** Largest norm of all gradients together; 0 turns it off. */
  clipNorm: v.optional(real(0, 1e6), 5),
  augmentation: v.optional(augmentationSchema, [{ kind: 'flip' }]),
  seed: v.optional(count(0, 2 ** 31 - 1), 2048),
  /** Threads of the engine; 0 takes OMP_NUM_THREADS, or all cores. */
  threads: v.optional(count(0, 1024), 0),
  /** `cuda`: each process takes the GPU of its number on the machine. */
  device: v.optional(
    v.pipe(v.string(), v.regex(/^(cpu|cuda(:\d+)?)$/, "must be 'cpu', 'cuda' or 'cuda:N'")),
    'cpu',
  ),
  /** Type of the network's convolutions and matrix products; weights and loss stay in float32. */
  precision: v.optional(
    v.picklist(['float32', 'bfloat16', 'float16'], "must be 'float32', 'bfloat16' or 'float16'"),
    'float32',
  ),
  /** A line of metrics after so many steps. */
  logEverySteps: v.optional(count(1, 1e6), 10),
  evaluate: v.optional(evaluate, {}),
  checkpoint: v.optional(checkpoint, {}),
  earlyStop: v.exactOptional(earlyStop),
  finetune: v.exactOptional(finetune),
  distributed: v.optional(distributed, {}),
});

/** Network and loss, whose own options are checked by their registries. */
interface Parts {
  readonly backbone: BackboneConfig;
  readonly loss: LossConfig;
}

/** An experiment as a person writes it. */
export type ExperimentInput = Omit<v.InferInput<typeof experimentSchema>, keyof Parts> & Parts;
/** An experiment with every default filled in. */
export type Experiment = Omit<v.InferOutput<typeof experimentSchema>, keyof Parts> & Parts;
export type EvaluationSet = v.InferOutput<typeof evaluationSet>;

/**
 * For experiments in TypeScript: types while you write, nothing at run time.
 * @example
 * export default defineExperiment({ name: 'mbf', data: { train: 'faces' }, backbone: { name: 'mbf' },
 *   loss: { name: 'arcface' }, schedule: { epochs: 20 } });
 */
export function defineExperiment(experiment: ExperimentInput): ExperimentInput {
  return experiment;
}
