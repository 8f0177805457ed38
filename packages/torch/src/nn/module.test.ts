import { beforeAll, describe, expect, it } from 'vitest';
import { memory, setThreads } from '../engine.js';
import { ones, randn, tensor, zeros } from '../factories.js';
import * as ops from '../ops/index.js';
import { noGrad, tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { BatchNorm1d, buffer, chain, Identity, Linear, Module, parameter, Sequential } from './index.js';

// Threads only get in each other's way on tiny tensors.
beforeAll(() => setThreads(1));

class Block extends Module {
  readonly layers = [new Linear(2, 2), new Identity(), new BatchNorm1d(2)];
  readonly scale = buffer(ones([2]));
  readonly shift = parameter(zeros([2]));
  readonly note = 'no tensor';

  forward(x: Tensor): Tensor {
    return ops.add(ops.mul(chain(x, this.layers), this.scale), this.shift);
  }
}

class Network extends Module {
  readonly head = new Sequential(new Block(), new Linear(2, 3, { bias: false }));
  readonly tied = this.head;

  forward(x: Tensor): Tensor {
    return this.head.call(x);
  }
}

describe('Module', () => {
  it("names tensors as PyTorch does: a module's parameters, then its buffers, then its children", () => {
    const network = new Network();
    expect([...network.head.stateDict().keys()]).toEqual([
      '0.shift',
      '0.scale',
      '0.layers.0.weight',
      '0.layers.0.bias',
      '0.layers.2.weight',
      '0.layers.2.bias',
      '0.layers.2.running_mean',
      '0.layers.2.running_var',
      '0.layers.2.num_batches_tracked',
      '1.weight',
    ]);
    // Shared tensors are listed once for an optimizer, twice in a state dict.
    expect(network.parameters()).toHaveLength(6);
    expect(network.namedBuffers().size).toBe(4);
    expect(network.stateDict().size).toBe(20);
    network.dispose();
  });

  it('frees what a call leaves behind, in training and without gradients', () => {
    const network = new Network();
    const x = randn([4, 2]);
    const step = () => tidy(() => ops.sum(network.call(x)).backward());
    step();
    const { live } = memory();
    for (let i = 0; i < 20; i++) step();
    noGrad(() => network.call(x).dispose());
    expect(memory().live).toBe(live);
    network.dispose();
    x.dispose();
  });

  it('keeps only the newest result of a chain', () => {
    const layers = Array.from({ length: 10 }, () => new Linear(3, 3));
    const seen: number[] = [];
    class Probe extends Identity {
      override forward(x: Tensor): Tensor {
        seen.push(memory().live);
        return x;
      }
    }
    const x = randn([2, 3]);
    const probes = layers.flatMap(layer => [layer, new Probe()]);
    tidy(() => noGrad(() => chain(x, probes)));
    expect(new Set(seen).size).toBe(1);
    expect(x.disposed).toBe(false);
    for (const layer of [...layers]) layer.dispose();
    x.dispose();
  });

  it('switches modes for all within, and gives them back after evaluating', () => {
    const network = new Network();
    const inner = network.head.modules().find(module => module instanceof BatchNorm1d)!;
    expect([network.training, inner.training]).toEqual([true, true]);
    inner.eval();
    network.evaluating(() => expect(network.training).toBe(false));
    expect([network.training, inner.training]).toEqual([true, false]);
    expect(
      network
        .train()
        .modules()
        .every(module => module.training),
    ).toBe(true);
    network.dispose();
  });

  it('loads a state dict whole or not at all', () => {
    const [source, target] = [new Linear(2, 3), new Linear(2, 3)];
    const before = [...target.weight.data()];
    const state = source.stateDict();
    const wrongShape = new Map(state).set('bias', source.weight);
    const cases: [ReadonlyMap<string, Tensor>, RegExp][] = [
      [new Map([...state].slice(1)), /missing weight/],
      [new Map([...state, ['extra', source.weight]]), /unexpected extra/],
      [wrongShape, /bias has shape \[3,2\].*\[3\]/],
    ];
    for (const [wrong, message] of cases)
      expect(() => target.loadStateDict(wrong)).toThrow(
        expect.objectContaining({ code: 'STATE_DICT_MISMATCH', message: expect.stringMatching(message) }),
      );
    expect([...target.weight.data()]).toEqual(before);
    expect(() => target.loadStateDict(wrongShape, { strict: false })).toThrow();
    const difference = target.loadStateDict(new Map([...state, ['extra', source.weight]]), { strict: false });
    expect(difference).toEqual({ missing: [], unexpected: ['extra'] });
    expect([...target.weight.data()]).toEqual([...source.weight.data()]);
    expect(target.weight.requiresGrad).toBe(true);
    for (const module of [source, target]) module.dispose();
  });

  it('loads state dicts from before num_batches_tracked', () => {
    const norm = new BatchNorm1d(2);
    const old = new Map([...norm.stateDict()].filter(([name]) => name !== 'num_batches_tracked'));
    expect(norm.loadStateDict(old)).toEqual({ missing: [], unexpected: [] });
    norm.dispose();
  });

  it('changes the type of floats and keeps the tensor objects', () => {
    const norm = new BatchNorm1d(2);
    const { weight } = norm;
    norm.to({ dtype: 'float64' });
    expect(norm.weight).toBe(weight);
    expect([weight.dtype, norm.running_var.dtype, norm.num_batches_tracked.dtype]).toEqual([
      'float64',
      'float64',
      'int64',
    ]);
    tidy(() =>
      ops
        .sum(
          norm.call(
            tensor(
              [
                [1, 2],
                [3, 5],
              ],
              undefined,
              { dtype: 'float64' },
            ),
          ),
        )
        .backward(),
    );
    expect(tidy(() => weight.grad?.dtype)).toBe('float64');
    norm.dispose();
  });

  it('freezes and thaws', () => {
    const layer = new Linear(2, 2).freeze();
    expect(layer.parameters().map(parameter => parameter.requiresGrad)).toEqual([false, false]);
    expect(layer.freeze(false).weight.requiresGrad).toBe(true);
    layer.dispose();
  });
});
