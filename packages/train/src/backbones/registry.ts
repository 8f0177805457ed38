// The recognition networks by InsightFace's names.
import * as v from 'valibot';
import { parseNamedPart, realNumber, wholeNumber } from '../named-part.js';
import type { Backbone } from './backbone.js';
import { IResNet } from './iresnet.js';
import { MobileFaceNet } from './mobilefacenet.js';
import { VisionTransformer } from './vit.js';

const common = {
  embeddingSize: v.exactOptional(wholeNumber(1, 65_536)),
  inputSize: v.exactOptional(wholeNumber(16, 1024)),
};
const rate = realNumber(0, 0.99);
const count = wholeNumber(1, 4096);
const stages = v.strictTuple([count, count, count, count], 'must be four whole numbers');

const backboneSchema = v.variant('name', [
  v.strictObject({ name: v.picklist(['mbf', 'mbf_large', 'mbf_paper']), ...common }),
  v.strictObject({
    name: v.picklist(['r18', 'r34', 'r50', 'r100', 'r200']),
    ...common,
    dropout: v.exactOptional(rate),
  }),
  /** Of a shape of your own, such as a narrow one for small inputs. */
  v.strictObject({
    name: v.picklist(['iresnet']),
    ...common,
    blocks: stages,
    channels: stages,
    dropout: v.exactOptional(rate),
  }),
  v.strictObject({
    name: v.picklist(['vit_t', 'vit_s', 'vit_b']),
    ...common,
    patchSize: v.exactOptional(wholeNumber(1, 112)),
    dropPath: v.exactOptional(rate),
    maskRatio: v.exactOptional(rate),
  }),
]);

/** A network as an experiment names it: its name, and its options where they differ from the defaults. */
export type BackboneConfig = v.InferOutput<typeof backboneSchema>;

/** Name of a network whose shape is fixed; `iresnet` needs blocks and channels beside it. */
export type BackboneName = Exclude<BackboneConfig['name'], 'iresnet'>;

const allNames = backboneSchema.options.flatMap(option => option.entries.name.options);

/** Names of all networks whose shape is fixed. */
export const backboneNames: readonly BackboneName[] = allNames.filter(name => name !== 'iresnet');

/**
 * Checks a network's name and options.
 * @throws InsightFaceError `EXPERIMENT_INVALID`, which names every wrong value.
 */
export function parseBackbone(value: unknown): BackboneConfig {
  return parseNamedPart('backbone', backboneSchema, allNames, value);
}

/**
 * Makes a network with random weights (`manualSeed` decides them). Parameters at an embedding of 512:
 * mbf 2.06 M, mbf_large 6.31 M, r18 24.0 M, r34 34.1 M, r50 43.6 M, r100 65.2 M, r200 118.8 M, vit_t 19.1 M, vit_s 76.0 M,
 * vit_b 113.8 M; mbf_paper has 0.99 M with the paper's embedding of 128, its default.
 *
 * @example
 * ```ts
 * const network = createBackbone({ name: 'mbf', embeddingSize: 256 });
 * network.eval().call(faces); // [N, 3, 112, 112] -> [N, 256]
 * ```
 * @throws InsightFaceError `EXPERIMENT_INVALID` for a name or an option that is not known, or out of its range.
 */
export function createBackbone(config: BackboneConfig): Backbone {
  const options = parseBackbone(config);
  switch (options.name) {
    case 'mbf':
      return new MobileFaceNet({ ...options, scale: 2 });
    case 'mbf_large':
      return new MobileFaceNet({ ...options, scale: 4, blocks: [2, 8, 12, 4] });
    case 'mbf_paper':
      return new MobileFaceNet({ embeddingSize: 128, ...options, scale: 1 });
    case 'r18':
      return new IResNet({ ...options, blocks: [2, 2, 2, 2] });
    case 'r34':
      return new IResNet({ ...options, blocks: [3, 4, 6, 3] });
    case 'r50':
      return new IResNet({ ...options, blocks: [3, 4, 14, 3] });
    case 'r100':
      return new IResNet({ ...options, blocks: [3, 13, 30, 3] });
    case 'r200':
      return new IResNet({ ...options, blocks: [6, 26, 60, 6] });
    case 'iresnet':
      return new IResNet(options);
    case 'vit_t':
      return new VisionTransformer({ ...options, width: 256, depth: 12 });
    case 'vit_s':
      return new VisionTransformer({ ...options, width: 512, depth: 12 });
    case 'vit_b':
      return new VisionTransformer({ ...options, width: 512, depth: 24 });
  }
}
