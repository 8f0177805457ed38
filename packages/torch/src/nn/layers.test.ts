// Every layer against the obvious computation in JavaScript, and its gradient against finite differences.
import { beforeAll, describe, expect, it } from 'vitest';
import { grad } from '../autograd.js';
import { manualSeed, setThreads } from '../engine.js';
import { ones, randn, tensor } from '../factories.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import {
  Attention,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  DropPath,
  Flatten,
  LayerNorm,
  Linear,
  type Module,
  PReLU,
  ReLU6,
  Sequential,
} from './index.js';

// Threads only get in each other's way on tiny tensors.
beforeAll(() => setThreads(1));

const float64 = { dtype: 'float64' } as const;
const numbers = (x: Tensor) => Array.from(x.data(), Number);
const closeTo = (actual: readonly number[], expected: readonly number[], digits = 6) => {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(actual[index], `element ${index}`).toBeCloseTo(value, digits);
};

/** Largest difference of the gradient of a weighted sum to central differences, over input and parameters. */
function gradientError(module: Module, shape: readonly number[]): number {
  manualSeed(1);
  module.to(float64);
  return tidy(() => {
    const x = randn(shape, { ...float64, requiresGrad: true });
    const weights = randn(module.call(x).shape, float64);
    const loss = () => ops.sum(ops.mul(module.call(x), weights));
    const inputs = [x, ...module.parameters()];
    const exact = grad([loss()], inputs);
    let worst = 0;
    for (const [index, input] of inputs.entries()) {
      const values = numbers(input);
      const slope = numbers(exact[index]!);
      for (const [place, value] of values.entries()) {
        const at = (step: number) =>
          noGrad(() => {
            values[place] = value + step;
            ops.copy_(input, tensor(Float64Array.from(values), input.shape));
            return loss().item();
          });
        const estimate = (at(1e-5) - at(-1e-5)) / 2e-5;
        at(0);
        worst = Math.max(worst, Math.abs(estimate - slope[place]!));
      }
    }
    return worst;
  });
}

describe('gradients', () => {
  it.each<[string, () => Module, number[]]>([
    ['Linear', () => new Linear(3, 4), [2, 3]],
    ['Conv2d', () => new Conv2d(2, 3, 3, { stride: 2, padding: 1 }), [2, 2, 5, 4]],
    ['Conv2d of pairs', () => new Conv2d(4, 4, 3, { groups: 2, padding: 1 }), [2, 4, 3, 4]],
    ['BatchNorm2d', () => new BatchNorm2d(2), [2, 2, 2, 3]],
    ['BatchNorm1d', () => new BatchNorm1d(3), [4, 3]],
    ['PReLU', () => new PReLU(2), [2, 2, 3, 3]],
    ['LayerNorm', () => new LayerNorm(4), [2, 3, 4]],
    ['Attention', () => new Attention(6, { heads: 2, qkvBias: true }), [2, 3, 6]],
    [
      'Sequential',
      () => new Sequential(new Conv2d(1, 2, 3), new PReLU(2), new Flatten(), new Linear(8, 2)),
      [2, 1, 4, 4],
    ],
  ])('of %s are those of finite differences', (_, make, shape) => {
    const module = make();
    expect(gradientError(module, shape)).toBeLessThan(1e-7);
    module.dispose();
  });
});

describe('Conv2d', () => {
  it('of pairs as two depthwise convolutions gives the grouped result and gradient', () => {
    manualSeed(2);
    const options = { groups: 8, padding: 1, stride: 2 };
    const [pairs, plain] = [
      new Conv2d(16, 16, 3, options),
      new Conv2d(16, 16, 3, { ...options, splitPairs: false }),
    ];
    plain.loadStateDict(pairs.stateDict());
    for (const memoryFormat of ['contiguous', 'channels_last'] as const)
      tidy(() => {
        const x = randn([2, 16, 9, 7]).to({ memoryFormat });
        const [a, b] = [pairs.call(x), plain.call(x)];
        closeTo(numbers(a), numbers(b), 5);
        const of = (y: Tensor, layer: Conv2d) => numbers(grad([ops.sum(ops.mul(y, y))], [layer.weight])[0]!);
        closeTo(of(a, pairs), of(b, plain), 3);
      });
    pairs.dispose();
    plain.dispose();
  });

  // Without care oneDNN 2.6 writes up to 23 kB behind its scratch memory here, and the process dies.
  it.each([1, 3, 8, 15])('skips pixels of %i channels that lie last as of any others', channels => {
    manualSeed(4);
    const conv = new Conv2d(channels, 16, 1, { stride: 2 });
    tidy(() => {
      const x = randn([2, channels, 56, 56]);
      const weights = randn([2, 16, 28, 28]);
      const outcome = (input: Tensor) => {
        input.requiresGrad = true;
        const y = conv.call(input);
        return [y, ...grad([ops.sum(ops.mul(y, weights))], [input, conv.weight])].map(part => part!);
      };
      const expected = outcome(x.clone());
      for (let round = 0; round < 10; round++)
        for (const [i, actual] of outcome(x.to({ memoryFormat: 'channels_last' })).entries())
          expect(ops.max(ops.abs(ops.sub(actual, expected[i]!))).item()).toBeLessThan(1e-3);
    });
    conv.dispose();
  });

  it('counts multiply-accumulates', () => {
    const conv = new Conv2d(8, 16, 3, { groups: 4, stride: 2, padding: 1 });
    // 16 channels of 5 x 5 places, 2 input channels of 9 taps each.
    expect(conv.macs([1, 8, 10, 10], [1, 16, 5, 5])).toBe(16 * 25 * 18);
    conv.dispose();
  });
});

describe('BatchNorm2d', () => {
  const values = [1, 2, 4, 9, -3, 0, 5, 6];

  it('normalises by the batch and moves the running statistics by a tenth, with the unbiased variance', () => {
    const norm = new BatchNorm2d(1);
    const y = norm.call(tensor(values, [2, 1, 2, 2]));
    const mean = values.reduce((sum, value) => sum + value) / 8;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 8;
    closeTo(
      numbers(y),
      values.map(value => (value - mean) / Math.sqrt(variance + 1e-5)),
      5,
    );
    closeTo(numbers(norm.running_mean), [0.1 * mean]);
    closeTo(numbers(norm.running_var), [0.9 + (0.1 * variance * 8) / 7], 5);
    expect(norm.num_batches_tracked.item()).toBe(1);
    y.dispose();
    norm.dispose();
  });

  it('uses the running statistics in evaluation and leaves them alone', () => {
    const norm = new BatchNorm2d(1).eval();
    noGrad(() => ops.fill_(norm.running_mean, 2));
    const y = norm.call(tensor(values, [2, 1, 2, 2]));
    closeTo(
      numbers(y),
      values.map(value => (value - 2) / Math.sqrt(1 + 1e-5)),
      5,
    );
    expect([norm.running_mean.item(), norm.num_batches_tracked.item()]).toEqual([2, 0]);
    y.dispose();
    norm.dispose();
  });

  it('refuses a single value a channel in training, which has no variance', () => {
    const norm = new BatchNorm1d(2);
    const single = ones([1, 2]);
    expect(() => norm.call(single)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    expect(numbers(norm.running_var)).toEqual([1, 1]);
    expect(numbers(norm.eval().call(single))).toHaveLength(2);
    norm.dispose();
  });
});

describe('PReLU and ReLU6', () => {
  it('bend as their formulas say', () => {
    const [prelu, relu6] = [new PReLU(2), new ReLU6()];
    const x = tensor([-4, 4, -1, 8], [1, 2, 1, 2]);
    expect(numbers(prelu.call(x))).toEqual([-1, 4, -0.25, 8]);
    expect(numbers(relu6.call(x))).toEqual([0, 4, 0, 6]);
    prelu.dispose();
  });
});

describe('LayerNorm', () => {
  it('normalises the last axis', () => {
    const norm = new LayerNorm(2);
    closeTo(
      numbers(
        norm.call(
          tensor([
            [1, 3],
            [10, 0],
          ]),
        ),
      ),
      [-1, 1, 1, -1],
      4,
    );
    norm.dispose();
  });
});

describe('Attention', () => {
  it('is softmax(q k / sqrt(d)) v in each head, in plain JavaScript', () => {
    manualSeed(4);
    const [tokens, width, heads] = [3, 4, 2];
    const attention = new Attention(width, { heads }).to(float64);
    const x = randn([1, tokens, width], float64);
    const y = numbers(attention.call(x));
    const rows = (t: Tensor) => {
      const flat = numbers(t);
      const columns = t.shape.at(-1)!;
      return Array.from({ length: flat.length / columns }, (_, i) =>
        flat.slice(i * columns, (i + 1) * columns),
      );
    };
    const dot = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    const qkv = rows(x).map(row => rows(attention.qkv.weight).map(weights => dot(row, weights)));
    const size = width / heads;
    const part = (token: number, which: number, head: number) =>
      qkv[token]!.slice(which * width + head * size, which * width + (head + 1) * size);
    const mixed = qkv.map((_, i) =>
      [0, 1].flatMap(head => {
        const scores = qkv.map((_, j) => Math.exp(dot(part(i, 0, head), part(j, 1, head)) / Math.sqrt(size)));
        const total = scores.reduce((sum, score) => sum + score);
        return [0, 1].map(c =>
          scores.reduce((sum, score, j) => sum + (score / total) * part(j, 2, head)[c]!, 0),
        );
      }),
    );
    const bias = numbers(attention.proj.bias!);
    const expected = mixed.flatMap(row =>
      rows(attention.proj.weight).map((weights, c) => dot(row, weights) + bias[c]!),
    );
    closeTo(y, expected, 10);
    attention.dispose();
    x.dispose();
  });

  it('refuses a width that does not divide', () => {
    expect(() => new Attention(10, { heads: 4 })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });
});

describe('Dropout and DropPath', () => {
  it('drop their part, keep the mean, and do nothing in evaluation', () => {
    manualSeed(5);
    const x = ones([2000, 5]);
    for (const layer of [new Dropout(0.25), new DropPath(0.25)]) {
      const y = numbers(layer.call(x));
      expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
      expect(y.filter(value => value === 0).length / y.length).toBeCloseTo(0.25, 1);
      expect(layer.eval().call(x)).toBe(x);
    }
    const rows = numbers(new DropPath(0.5).call(x));
    expect(rows.every((value, index) => value === rows[index - (index % 5)])).toBe(true);
    x.dispose();
  });

  it.each([-0.1, 1, Number.NaN])('refuse a rate of %s', rate => {
    for (const make of [() => new Dropout(rate), () => new DropPath(rate)])
      expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
