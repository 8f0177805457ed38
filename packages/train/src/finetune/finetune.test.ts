import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { manualSeed, type Tensor } from '@insightface-ts/torch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackboneConfig, createBackbone } from '../backbones/index.js';
import { openBackbone } from '../export/open-backbone.js';
import { drawTinyFaces, tinyExperiment } from '../loop/testing/tiny-faces.js';
import { train } from '../loop/train.js';
import { chooseParameters, trainUnfrozen } from './choose-parameters.js';

let folder = '';
beforeAll(async () => {
  folder = await drawTinyFaces();
  await train(tinyExperiment(folder), { out: join(folder, 'base') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const learning = (tensors: ReadonlyMap<string, Tensor>) =>
  [...tensors].filter(([, tensor]) => tensor.requiresGrad).map(([name]) => name);

test('the last layer is the fully connected one and what stands behind it, in every family', () => {
  manualSeed(1);
  const shape: [number, number, number, number] = [1, 1, 1, 1];
  const cases: [BackboneConfig, string[]][] = [
    [
      { name: 'iresnet', blocks: shape, channels: shape, inputSize: 32 },
      ['fc.weight', 'fc.bias', 'features.bias'],
    ],
    [
      { name: 'mbf_paper', inputSize: 32 },
      ['features.layers.2.weight', 'features.layers.3.weight', 'features.layers.3.bias'],
    ],
    [
      { name: 'vit_t', inputSize: 32, embeddingSize: 8 },
      ['feature.2.weight', 'feature.3.weight', 'feature.3.bias'],
    ],
  ];
  for (const [config, names] of cases) {
    const backbone = createBackbone(config);
    const groups = chooseParameters(backbone, 'lastLayer');
    expect(groups.flatMap(({ parameters }) => parameters)).toHaveLength(names.length);
    expect(learning(backbone.namedParameters())).toEqual(names);
    backbone.dispose();
  }
});

test('stages learn at rates of their own; a part that is not there is named', () => {
  const backbone = createBackbone({
    name: 'iresnet',
    blocks: [1, 1, 1, 1],
    channels: [2, 2, 2, 2],
    inputSize: 32,
  });
  const groups = chooseParameters(backbone, [
    { part: 'layer4', lr: 0.1 },
    { part: 'fc', lr: 1 },
  ]);
  expect(groups.map(({ factor }) => factor)).toEqual([0.1, 1]);
  expect(learning(backbone.namedParameters()).every(name => /^(layer4|fc)\./.test(name))).toBe(true);
  trainUnfrozen(backbone);
  const modules = backbone.namedModules();
  expect(modules.get('bn1')!.training).toBe(false);
  expect(modules.get('layer4.0.bn1')!.training).toBe(true);
  expect(() => chooseParameters(backbone, [{ part: 'layer9', lr: 1 }])).toThrow(/layer9.*layer4/);
});

test('fine-tuning the last layer changes it alone; frozen weights and statistics stay bit for bit', async () => {
  const experiment = tinyExperiment(folder, {
    finetune: { from: 'base', train: 'lastLayer' },
    schedule: { steps: 5 },
  });
  await train(experiment, { out: join(folder, 'tuned') });
  const [base, tuned] = await Promise.all([
    openBackbone(join(folder, 'base')),
    openBackbone(join(folder, 'tuned')),
  ]);
  const changed = [...base.stateDict()].filter(
    ([name, tensor]) =>
      !Buffer.from(tensor.bytes()).equals(Buffer.from(tuned.stateDict().get(name)!.bytes())),
  );
  const names = changed.map(([name]) => name);
  expect(names).toContain('fc.weight');
  expect(names.every(name => /^(fc|features)\./.test(name))).toBe(true);
});
