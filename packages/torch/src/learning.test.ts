import { expect, test } from 'vitest';
import { manualSeed, memory } from './engine.js';
import { randn, tensor } from './factories.js';
import * as nn from './nn/index.js';
import * as ops from './ops/index.js';
import * as optim from './optim/index.js';
import { tidy } from './scope.js';

/** A convolution and a classifier of 8x8 pictures, trained by SGD with momentum. */
function tinyNetwork() {
  manualSeed(3);
  const network = new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { bias: false }),
    new nn.BatchNorm2d(8),
    new nn.PReLU(8),
    new nn.Flatten(),
    new nn.Linear(8 * 36, 4),
  );
  const optimizer = new optim.Sgd(network.parameters(), { lr: 0.02, momentum: 0.9, weightDecay: 5e-4 });
  const images = randn([16, 3, 8, 8]);
  const labels = tensor(BigInt64Array.from({ length: 16 }, (_, i) => BigInt(i % 4)));
  const step = (): number =>
    tidy(() => {
      optimizer.zeroGrad();
      const loss = ops.crossEntropyLoss(network.call(images), labels);
      loss.backward();
      optimizer.step();
      return loss.item();
    });
  return { step, network };
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
    const { step, network } = tinyNetwork();
    for (let i = 0; i < 20; i++) step();
    return [...network.stateDict().values()].map(tensor => tensor.bytes());
  };
  expect(run()).toEqual(run());
});
