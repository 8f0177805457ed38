// Optimizers against their formulas in plain JavaScript, rounded to 32 bits after every operation as the tensors are.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { manualSeed, memory, setThreads } from '../engine.js';
import { randn, tensor } from '../factories.js';
import { readStateDict, saveStateDict } from '../files/state-dict.js';
import { Linear } from '../nn/index.js';
import { parameter } from '../nn/parameter.js';
import * as ops from '../ops/index.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { AdamW, clipGradNorm, type GroupOptions, type Optimizer, type OptimizerState, Sgd } from './index.js';

// Threads only get in each other's way on tiny tensors.
beforeAll(() => setThreads(1));

const { fround } = Math;
const start = [0.5, -1.25, 3, 0.1].map(fround);
const gradientAt = (step: number) => start.map((_, i) => fround(Math.sin(3 * step + i) / (1 + i)));
const numbers = (x: Tensor) => Array.from(x.data(), Number);

/** The parameter's values after each of `count` steps with given gradients. */
function run(make: (parameters: Tensor[]) => Optimizer, count: number): number[][] {
  const p = parameter(tensor(start));
  const optimizer = make([p]);
  const path = Array.from({ length: count }, (_, step) =>
    tidy(() => {
      p.grad = tensor(gradientAt(step));
      optimizer.step();
      return numbers(p);
    }),
  );
  optimizer.dispose();
  p.dispose();
  return path;
}

/** Largest relative difference; a fused multiply-add may round once where the formula rounds twice. */
const expectPath = (actual: number[][], expected: number[][]) => {
  for (const [step, values] of expected.entries())
    for (const [index, value] of values.entries())
      expect(Math.abs(actual[step]![index]! - value) / Math.abs(value), `step ${step}`).toBeLessThan(5e-7);
};

describe('Sgd', () => {
  it.each([
    { lr: 0.1, momentum: 0, weightDecay: 0, nesterov: false },
    { lr: 0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: false },
    { lr: 0.02, momentum: 0.9, weightDecay: 0.01, nesterov: true },
  ])('follows its formula with %o', options => {
    const { lr, momentum, weightDecay, nesterov } = options;
    let p = start;
    let velocity: number[] | undefined;
    const expected = Array.from({ length: 6 }, (_, step) => {
      const g = gradientAt(step).map((value, i) => fround(value + fround(weightDecay * p[i]!)));
      velocity = velocity ? velocity.map((value, i) => fround(fround(momentum * value) + g[i]!)) : g;
      const used = nesterov
        ? g.map((value, i) => fround(value + fround(momentum * velocity![i]!)))
        : velocity;
      const direction = momentum === 0 ? g : used;
      p = p.map((value, i) => fround(value - fround(lr * direction[i]!)));
      return p;
    });
    expectPath(
      run(parameters => new Sgd(parameters, options), 6),
      expected,
    );
  });
});

describe('AdamW', () => {
  it.each([{ lr: 1e-3 }, { lr: 0.05, weightDecay: 0.1, betas: [0.8, 0.95] as const, eps: 1e-3 }])(
    'follows its formula with %o',
    options => {
      const { lr, weightDecay = 0.01, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8 } = options;
      let p = start;
      let mean = start.map(() => 0);
      let square = start.map(() => 0);
      const expected = Array.from({ length: 8 }, (_, step) => {
        const g = gradientAt(step);
        mean = mean.map((value, i) => beta1 * value + (1 - beta1) * g[i]!);
        square = square.map((value, i) => beta2 * value + (1 - beta2) * g[i]! ** 2);
        p = p.map((value, i) => {
          const unbiased = mean[i]! / (1 - beta1 ** (step + 1));
          const root = Math.sqrt(square[i]! / (1 - beta2 ** (step + 1)));
          return value * (1 - lr * weightDecay) - (lr * unbiased) / (root + eps);
        });
        return p;
      });
      expectPath(
        run(parameters => new AdamW(parameters, options), 8),
        expected,
      );
    },
  );

  it.each([[[1, 0.9]], [[0.9, -0.1]]])('refuses betas of %o', betas => {
    const p = parameter(tensor(start));
    expect(() => new AdamW([p], { lr: 0.1, betas: betas as [number, number] })).toThrow(/betas/);
    p.dispose();
  });
});

describe('groups', () => {
  it('have rates and decays of their own, and pass over parameters without a gradient', () => {
    const [a, b, c] = [1, 1, 1].map(value => parameter(tensor([value]))) as [Tensor, Tensor, Tensor];
    const groups: GroupOptions[] = [{ parameters: [a, c] }, { parameters: [b], lr: 0.01, weightDecay: 0.5 }];
    const sgd = new Sgd(groups, { lr: 0.1 });
    tidy(() => {
      for (const p of [a, b]) p.grad = tensor([1]);
      sgd.step();
    });
    expect([a, b, c].map(p => p.item())).toEqual([fround(0.9), fround(1 - 0.015), 1]);
    sgd.groups[0]!.lr = 1;
    sgd.step();
    expect(a.item()).toBeCloseTo(-0.1);
    sgd.zeroGrad();
    expect(a.grad).toBeUndefined();
    for (const p of [a, b, c]) p.dispose();
  });

  it.each<[string, (p: Tensor) => Optimizer]>([
    ['no parameters', () => new Sgd([], { lr: 0.1 })],
    ['a parameter twice', p => new Sgd([{ parameters: [p] }, { parameters: [p] }], { lr: 0.1 })],
    ['a rate that is no number', p => new Sgd([p], { lr: Number.NaN })],
    ['a negative decay', p => new AdamW([p], { lr: 0.1, weightDecay: -1 })],
    ['a negative momentum', p => new Sgd([p], { lr: 0.1, momentum: -1 })],
  ])('refuse %s', (_, make) => {
    const p = parameter(tensor(start));
    expect(() => make(p)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
    p.dispose();
  });
});

describe('state', () => {
  const makers: [string, (p: readonly Tensor[]) => Optimizer][] = [
    ['Sgd', p => new Sgd(p, { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 })],
    ['AdamW', p => new AdamW(p, { lr: 0.01 })],
  ];

  it.each(makers)('of %s, saved and read, goes on bit for bit', async (_, make) => {
    const folder = await mkdtemp(join(tmpdir(), 'optim-'));
    const train = (network: Linear, optimizer: Optimizer, from: number, to: number) => {
      for (let step = from; step < to; step++)
        tidy(() => {
          manualSeed(step);
          ops.sum(ops.square(network.call(randn([4, 3])))).backward();
          optimizer.step();
          optimizer.zeroGrad();
        });
    };
    manualSeed(1);
    const [whole, parts, resumed] = [new Linear(3, 2), new Linear(3, 2), new Linear(3, 2)];
    parts.loadStateDict(whole.stateDict());
    const [first, second, third] = [whole, parts, resumed].map(network => make(network.parameters()));
    train(whole, first!, 0, 6);
    train(parts, second!, 0, 3);
    second!.groups[0]!.lr *= 0.5;
    const saved = second!.stateDict();
    await saveStateDict(join(folder, 'optimizer.safetensors'), saved.tensors);
    const tensors = await readStateDict(join(folder, 'optimizer.safetensors'));
    const plain = JSON.parse(JSON.stringify({ groups: saved.groups, steps: saved.steps }));
    resumed.loadStateDict(parts.stateDict());
    third!.loadStateDict({ ...(plain as Omit<OptimizerState, 'tensors'>), tensors });
    expect(third!.groups[0]!.lr).toBe(second!.groups[0]!.lr);
    for (const optimizer of [second!, third!]) optimizer.groups[0]!.lr = first!.groups[0]!.lr;
    train(resumed, third!, 3, 6);
    for (const [name, value] of whole.stateDict())
      expect(resumed.stateDict().get(name)!.bytes(), name).toEqual(value.bytes());
    for (const owner of [whole, parts, resumed, first!, second!, third!, ...tensors.values()])
      owner.dispose();
    await rm(folder, { recursive: true });
  });

  it('of other parameters is refused, and nothing changes', () => {
    const [small, large] = [new Linear(2, 2), new Linear(3, 3)];
    const [from, to] = [small, large].map(
      network => new Sgd(network.parameters(), { lr: 0.1, momentum: 0.9 }),
    );
    tidy(() => {
      ops.sum(small.call(randn([1, 2]))).backward();
      from!.step();
    });
    const wrong = from!.stateDict();
    const cases: OptimizerState[] = [
      wrong,
      { ...wrong, tensors: new Map([['7.momentum', small.bias!]]) },
      { ...wrong, tensors: new Map(), steps: [1] },
      { ...wrong, tensors: new Map(), groups: [] },
    ];
    for (const state of cases)
      expect(() => to!.loadStateDict(state)).toThrow(
        expect.objectContaining({ code: 'STATE_DICT_MISMATCH' }),
      );
    expect(to!.stateDict().steps).toEqual([0, 0]);
    for (const owner of [small, large, from!]) owner.dispose();
  });

  it('adds no tensors after the first step', () => {
    const network = new Linear(3, 2);
    const optimizer = new AdamW(network.parameters(), { lr: 0.01 });
    const step = () =>
      tidy(() => {
        ops.sum(network.call(randn([4, 3]))).backward();
        clipGradNorm(network.parameters(), 1);
        optimizer.step();
        optimizer.zeroGrad();
      });
    step();
    const { live } = memory();
    for (let i = 0; i < 50; i++) step();
    expect(memory().live).toBe(live);
    for (const owner of [network, optimizer]) owner.dispose();
  });
});

describe('clipGradNorm', () => {
  it('scales all gradients to the largest norm, and leaves smaller ones', () => {
    const [a, b] = [parameter(tensor([0, 0])), parameter(tensor([0]))];
    tidy(() => {
      a.grad = tensor([3, 0]);
      b.grad = tensor([4]);
      expect(clipGradNorm([a, b], 10)).toBe(5);
      expect([...numbers(a.grad!), ...numbers(b.grad!)]).toEqual([3, 0, 4]);
      expect(clipGradNorm([a, b], 1)).toBe(5);
      expect(numbers(a.grad!)[0]).toBeCloseTo(0.6, 5);
      expect(numbers(b.grad!)[0]).toBeCloseTo(0.8, 5);
      b.grad = tensor([Number.NaN]);
      expect(clipGradNorm([a, b], 1)).toBeNaN();
    });
    for (const p of [a, b]) p.dispose();
  });
});
