// The losses by name, with the ranges of their options.
import * as v from 'valibot';
import { parseNamedPart, realNumber, wholeNumber } from '../named-part.js';
import { AdaFace } from './adaface.js';
import { ArcFace } from './arcface.js';
import { CombinedMargin } from './combined.js';
import { CosFace } from './cosface.js';
import { CurricularFace } from './curricularface.js';
import { ElasticArcFace, ElasticCosFace } from './elasticface.js';
import { MagFace } from './magface.js';
import type { MarginLoss } from './margin-loss.js';
import { NormFace } from './normface.js';
import { Softmax } from './softmax.js';
import { SphereFace } from './sphereface.js';
import { SubcenterArcFace } from './subcenter-arcface.js';

const scale = v.exactOptional(realNumber(0.01, 1000));
const radians = realNumber(0, 3.14);
const ofCosine = realNumber(0, 1);
const momentum = v.exactOptional(realNumber(1e-6, 1));
const gradient = v.exactOptional(
  v.picklist(['exact', 'straightThrough'], "must be 'exact' or 'straightThrough'"),
);
const common = { scale, interclassFilter: v.exactOptional(realNumber(-1, 1)) };
const angular = { ...common, gradient, guard: v.exactOptional(v.boolean('must be true or false')) };
const range = (number: ReturnType<typeof realNumber>) =>
  v.pipe(
    v.strictTuple([number, number], 'must be two numbers'),
    v.check(([from, to]) => from < to, 'must be a smaller and a larger number'),
  );
const deviation = v.exactOptional(realNumber(0, 1));
const plus = v.exactOptional(v.boolean('must be true or false'));

const lossSchema = v.variant('name', [
  v.strictObject({ name: v.literal('softmax'), scale }),
  v.strictObject({ name: v.literal('normface'), ...common }),
  v.strictObject({
    name: v.literal('sphereface'),
    ...common,
    gradient,
    margin: v.exactOptional(realNumber(1, 16)),
  }),
  v.strictObject({ name: v.literal('cosface'), ...common, margin: v.exactOptional(ofCosine) }),
  v.strictObject({ name: v.literal('arcface'), ...angular, margin: v.exactOptional(radians) }),
  v.strictObject({
    name: v.literal('combined'),
    ...angular,
    margins: v.exactOptional(
      v.strictTuple([realNumber(0.01, 16), radians, ofCosine], 'must be three numbers: m1, m2, m3'),
    ),
  }),
  v.strictObject({
    name: v.literal('subcenter-arcface'),
    ...angular,
    margin: v.exactOptional(radians),
    centresPerClass: v.exactOptional(wholeNumber(1, 100)),
  }),
  v.strictObject({
    name: v.literal('adaface'),
    ...common,
    gradient,
    margin: v.exactOptional(radians),
    concentration: v.exactOptional(realNumber(0, 10)),
    momentum,
  }),
  v.strictObject({
    name: v.literal('magface'),
    ...angular,
    normRange: v.exactOptional(range(realNumber(1e-3, 1e6))),
    marginRange: v.exactOptional(range(radians)),
    penaltyWeight: v.exactOptional(realNumber(0, 1e6)),
  }),
  v.strictObject({
    name: v.literal('curricularface'),
    ...angular,
    margin: v.exactOptional(radians),
    momentum,
  }),
  v.strictObject({
    name: v.literal('elasticface-arc'),
    ...angular,
    margin: v.exactOptional(radians),
    deviation,
    plus,
  }),
  v.strictObject({
    name: v.literal('elasticface-cos'),
    ...common,
    margin: v.exactOptional(ofCosine),
    deviation,
    plus,
  }),
]);

/** A loss as an experiment names it: its name, and its options where they differ from the defaults. */
export type LossConfig = v.InferOutput<typeof lossSchema>;

/** Name of a loss. */
export type LossName = LossConfig['name'];

/** Names of all losses. */
export const lossNames: readonly LossName[] = lossSchema.options.map(option => option.entries.name.literal);

/**
 * Checks a loss's name and options.
 * @throws InsightFaceError `EXPERIMENT_INVALID`, which names every wrong value.
 */
export function parseLoss(value: unknown): LossConfig {
  return parseNamedPart('loss', lossSchema, lossNames, value);
}

/** The options with every default filled in, as a record of an experiment has them. */
export function resolveLoss(config: LossConfig): LossConfig {
  const { name } = config;
  const known = lossSchema.options.find(({ entries }) => entries.name.literal === name)?.entries ?? {};
  const options = Object.entries(createLoss(config)).filter(
    ([key, value]) => key in known && value !== undefined,
  );
  return parseLoss({ name, ...Object.fromEntries(options) });
}

/**
 * Makes a loss.
 *
 * @example
 * ```ts
 * const loss = createLoss({ name: 'arcface', margin: 0.4, gradient: 'exact' });
 * ```
 * @throws InsightFaceError `EXPERIMENT_INVALID` for a name or an option that is not known, or out of its range.
 */
export function createLoss(config: LossConfig): MarginLoss {
  const options = parseLoss(config);
  switch (options.name) {
    case 'softmax':
      return new Softmax(options);
    case 'normface':
      return new NormFace(options);
    case 'sphereface':
      return new SphereFace(options);
    case 'cosface':
      return new CosFace(options);
    case 'arcface':
      return new ArcFace(options);
    case 'combined':
      return new CombinedMargin(options);
    case 'subcenter-arcface':
      return new SubcenterArcFace(options);
    case 'adaface':
      return new AdaFace(options);
    case 'magface':
      return new MagFace(options);
    case 'curricularface':
      return new CurricularFace(options);
    case 'elasticface-arc':
      return new ElasticArcFace(options);
    case 'elasticface-cos':
      return new ElasticCosFace(options);
  }
}
