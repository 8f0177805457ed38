import { expect, test } from 'vitest';
import { manualSeed, memory } from './engine.js';
import { randn, tensor } from './factories.js';
import * as ops from './ops/index.js';
import { noGrad, tidy } from './scope.js';
import type { Tensor } from './tensor.js';

/** A convolution, a batch normalisation and a classifier of 8x8 pictures, by operators alone. */
function tinyNetwork() {
  manualSeed(3);
  const weight = (scale: number, ...shape: number[]) => tidy(() => ops.mul(randn(shape), scale));
  const parameters = {
    kernel: weight(0.3, 8, 3, 3, 3),
    scale: tensor(new Float32Array(8).fill(1)),
    shift: tensor(new Float32Array(8)),
    classifier: weight(0.05, 4, 8 * 36),
  };
  for (const parameter of Object.values(parameters)) parameter.requiresGrad = true;
  const images = randn([16, 3, 8, 8]);
  const labels = tensor(BigInt64Array.from({ length: 16 }, (_, i) => BigInt(i % 4)));
  const forward = (): Tensor => {
    const { kernel, scale, shift, classifier } = parameters;
    const features = ops.relu(
      ops.batchNorm(ops.conv2d(images, kernel), scale, shift, null, null, true, 0.1, 1e-5, true),
    );
    return ops.crossEntropyLoss(ops.linear(ops.flatten(features, 1), classifier), labels);
  };
  const step = (): number =>
    tidy(() => {
      const loss = forward();
      loss.backward();
      noGrad(() => {
        for (const parameter of Object.values(parameters)) {
          ops.add_(parameter, parameter.grad!, -0.1);
          parameter.grad = undefined;
        }
      });
      return loss.item();
    });
  return { step, parameters };
}

test('a tiny network learns its images by heart', () => {
  const { step } = tinyNetwork();
  const first = step();
  let last = first;
  for (let i = 0; i < 30; i++) last = step();
  expect(first).toBeGreaterThan(1);
  expect(last).toBeLessThan(0.1);
});

test('1,000 steps leave the number of tensors and their memory as they were', () => {
  const { step } = tinyNetwork();
  for (let i = 0; i < 5; i++) step();
  const before = memory();
  for (let i = 0; i < 1000; i++) step();
  const after = memory();
  expect(after.live).toBe(before.live);
  expect(after.inUse).toBe(before.inUse);
});

test('two runs from one seed end in the same bits', () => {
  const run = () => {
    const { step, parameters } = tinyNetwork();
    for (let i = 0; i < 20; i++) step();
    return Object.values(parameters).map(parameter => parameter.bytes());
  };
  expect(run()).toEqual(run());
});
