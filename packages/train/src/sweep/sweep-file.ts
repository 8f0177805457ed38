// A sweep is a small file of data beside an experiment: which values to try, and how long each may take.
import { dirname, resolve } from 'node:path';
import { InsightFaceError } from 'insightface-ts';
import * as v from 'valibot';
import { readDataFile } from '../loop/experiment-file.js';

const number = v.pipe(v.number('must be a number'), v.finite('must be finite'));

const range = v.pipe(
  v.strictObject({
    from: number,
    to: number,
    /** `log`: every power of ten equally likely. `integer`: whole numbers. */
    scale: v.optional(
      v.picklist(['linear', 'log', 'integer'], "must be 'linear', 'log' or 'integer'"),
      'linear',
    ),
  }),
  v.check(({ from, to }) => from < to, 'must have from below to'),
  v.check(({ from, scale }) => scale !== 'log' || from > 0, 'must begin above 0 for a log scale'),
);

const list = v.pipe(
  v.array(v.union([number, v.string(), v.boolean()])),
  v.minLength(1, 'must name at least one value'),
);

const round = v.pipe(
  v.strictObject({
    steps: v.exactOptional(v.pipe(number, v.integer(), v.minValue(1))),
    minutes: v.exactOptional(v.pipe(number, v.gtValue(0, 'must be above 0'))),
    /** Share of the trials that goes on to the next round. */
    keep: v.optional(v.pipe(number, v.minValue(0.01), v.maxValue(1)), 0.5),
  }),
  v.check(
    ({ steps, minutes }) => (steps === undefined) !== (minutes === undefined),
    'needs either steps or minutes',
  ),
);

const shared = {
  /** Path of the experiment, relative to this file. */
  experiment: v.pipe(v.string(), v.nonEmpty('must not be empty')),
  /** Each round trains the trials that are left from the start, on a larger budget (successive halving). */
  rounds: v.pipe(v.array(round), v.minLength(1, 'must have at least one round')),
  /** `accuracy` of the experiment's first evaluation set, or the last `loss`. */
  metric: v.optional(v.picklist(['accuracy', 'loss'], "must be 'accuracy' or 'loss'"), 'accuracy'),
};

export const sweepSchema = v.variant(
  'search',
  [
    v.strictObject({
      ...shared,
      search: v.literal('grid'),
      /** Values to combine by the key's path, such as `optimizer.lr`. */
      parameters: v.record(v.string(), list),
    }),
    v.strictObject({
      ...shared,
      search: v.literal('random'),
      /** Lists to pick from, or ranges to draw from. */
      parameters: v.record(v.string(), v.union([list, range], 'must be a list, or { from, to, scale }')),
      trials: v.pipe(number, v.integer(), v.minValue(1), v.maxValue(10_000)),
      seed: v.optional(v.pipe(number, v.integer(), v.minValue(0)), 1),
    }),
  ],
  "must have the search 'grid' or 'random'",
);

/** A sweep with its defaults filled in. */
export type Sweep = v.InferOutput<typeof sweepSchema>;

/** @throws InsightFaceError `FILE_NOT_FOUND`; `EXPERIMENT_INVALID`, which names the value. */
export async function readSweep(file: string): Promise<Sweep> {
  const result = v.safeParse(sweepSchema, await readDataFile(file));
  if (!result.success) {
    const problems = result.issues.map(issue => `${v.getDotPath(issue) ?? 'the sweep'} ${issue.message}`);
    throw new InsightFaceError('EXPERIMENT_INVALID', `${file} is no sweep. ${problems.join('; ')}.`);
  }
  return { ...result.output, experiment: resolve(dirname(file), result.output.experiment) };
}
