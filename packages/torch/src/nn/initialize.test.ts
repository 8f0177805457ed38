import { beforeAll, describe, expect, it } from 'vitest';
import { manualSeed, setThreads } from '../engine.js';
import { empty } from '../factories.js';
import type { Tensor } from '../tensor.js';
import { Conv2d } from './conv2d.js';
import {
  constant_,
  fanInUniform_,
  fans,
  kaimingNormal_,
  normal_,
  truncatedNormal_,
  uniform_,
  xavierUniform_,
} from './initialize.js';

// Threads only get in each other's way on tiny tensors.
beforeAll(() => setThreads(1));

function statistics(fill: (tensor: Tensor) => Tensor, shape: readonly number[] = [100, 200]) {
  manualSeed(1);
  const filled = fill(empty(shape));
  const values = Array.from(filled.data(), Number);
  filled.dispose();
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    least: values.reduce((a, b) => Math.min(a, b)),
    largest: values.reduce((a, b) => Math.max(a, b)),
  };
}

describe('initial values', () => {
  it('count inputs and outputs of a weight with a kernel', () => {
    expect(fans([64, 3, 5, 7])).toEqual({ fanIn: 105, fanOut: 64 * 35 });
    expect(fans([8])).toEqual({ fanIn: 1, fanOut: 8 });
  });

  it.each<[string, (t: Tensor) => Tensor, number, number]>([
    ['normal', t => normal_(t, 2, 0.1), 2, 0.1],
    ['uniform', t => uniform_(t, -1, 3), 1, 4 / Math.sqrt(12)],
    ['Kaiming, fan in', t => kaimingNormal_(t), 0, Math.sqrt(2 / 200)],
    ['Kaiming, fan out', t => kaimingNormal_(t, 'fanOut'), 0, Math.sqrt(2 / 100)],
    ['Xavier', t => xavierUniform_(t), 0, Math.sqrt(2 / 300)],
    ["PyTorch's default", t => fanInUniform_(t), 0, Math.sqrt(1 / 200 / 3)],
    // Cut at one deviation: the variance is 1 - 2 phi(1) / (2 Phi(1) - 1) = 0.2911.
    ['truncated normal', t => truncatedNormal_(t, 1, 0.02, 0.98, 1.02), 1, 0.02 * Math.sqrt(0.29112)],
  ])('%s has its mean and deviation', (_, fill, mean, deviation) => {
    const found = statistics(fill);
    expect(Math.abs(found.mean - mean)).toBeLessThan((4 * deviation) / Math.sqrt(20_000));
    expect(found.deviation / deviation).toBeCloseTo(1, 1);
  });

  it('stays within the cut', () => {
    const { least, largest } = statistics(t => truncatedNormal_(t, 0, 1, -0.5, 1));
    expect(least).toBeGreaterThanOrEqual(-0.5);
    expect(largest).toBeLessThanOrEqual(1);
    expect(statistics(t => constant_(t, 3))).toMatchObject({ least: 3, largest: 3 });
  });

  it('gives the same weights for the same seed', () => {
    const weights = () => {
      manualSeed(9);
      const conv = new Conv2d(2, 2, 3);
      const values = [...conv.weight.data()];
      conv.dispose();
      return values;
    };
    expect(weights()).toEqual(weights());
  });
});
