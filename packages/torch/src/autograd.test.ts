import { beforeAll, describe, expect, test } from 'vitest';
import { grad } from './autograd.js';
import { manualSeed } from './engine.js';
import { ones, rand, randn, tensor } from './factories.js';
import * as ops from './ops/index.js';
import { noGrad, tidy } from './scope.js';
import type { Tensor } from './tensor.js';

beforeAll(() => manualSeed(7));

const double = { dtype: 'float64' } as const;
const normal = (...shape: number[]) => randn(shape, double);
/** At least 0.2 away from zero, where some functions have a kink. */
const away = (...shape: number[]) => {
  const x = normal(...shape);
  return ops.add(x, ops.mul(ops.sign(x), 0.2));
};
const positive = (...shape: number[]) => ops.add(rand(shape, double), 0.3);
const labels = tensor(new BigInt64Array([0n, 2n, 1n]));

/** Every operator here is checked in every input by central differences in float64. */
const functions: Record<string, [(...inputs: Tensor[]) => Tensor, ...Tensor[]]> = {
  add: [(a, b) => ops.add(a, b, 2), normal(2, 3), normal(3)],
  sub: [(a, b) => ops.sub(a, b), normal(2, 3), normal(2, 1)],
  mul: [(a, b) => ops.mul(a, b), normal(2, 3), normal(2, 3)],
  div: [(a, b) => ops.div(a, b), normal(2, 3), positive(2, 3)],
  pow: [a => ops.pow(a, 1.5), positive(4)],
  exp: [ops.exp, normal(4)],
  log: [ops.log, positive(4)],
  sqrt: [ops.sqrt, positive(4)],
  rsqrt: [ops.rsqrt, positive(4)],
  cos: [ops.cos, normal(4)],
  sin: [ops.sin, normal(4)],
  acos: [a => ops.acos(ops.mul(ops.tanh(a), 0.9)), normal(4)],
  tanh: [ops.tanh, normal(4)],
  sigmoid: [ops.sigmoid, normal(4)],
  erf: [ops.erf, normal(4)],
  gelu: [a => ops.gelu(a), normal(4)],
  silu: [ops.silu, normal(4)],
  softplus: [a => ops.softplus(a), normal(4)],
  relu: [ops.relu, away(6)],
  hardtanh: [a => ops.hardtanh(a, 0, 6), away(6)],
  leakyRelu: [a => ops.leakyRelu(a, 0.1), away(6)],
  prelu: [(a, w) => ops.prelu(a, w), away(2, 3, 2, 2), positive(3)],
  clamp: [a => ops.clamp(a, -10, 10), normal(4)],
  maximum: [(a, b) => ops.maximum(a, b), normal(6), normal(6)],
  matmul: [(a, b) => ops.matmul(a, b), normal(2, 3), normal(3, 2)],
  bmm: [(a, b) => ops.bmm(a, b), normal(2, 2, 3), normal(2, 3, 2)],
  linear: [(x, w, b) => ops.linear(x, w, b), normal(2, 3), normal(4, 3), normal(4)],
  einsum: [(a, b) => ops.einsum('ij,kj->ik', [a, b]), normal(2, 3), normal(4, 3)],
  conv2d: [(x, w, b) => ops.conv2d(x, w, b, 2, 1), normal(1, 2, 5, 5), normal(3, 2, 3, 3), normal(3)],
  groupedConv2d: [(x, w) => ops.conv2d(x, w, null, 1, 1, 1, 4), normal(1, 4, 3, 3), normal(4, 1, 3, 3)],
  batchNorm: [
    (x, w, b) => ops.batchNorm(x, w, b, null, null, true, 0.1, 1e-5, false),
    normal(3, 2, 2, 2),
    normal(2),
    normal(2),
  ],
  layerNorm: [(x, w, b) => ops.layerNorm(x, [4], w, b), normal(2, 4), normal(4), normal(4)],
  groupNorm: [(x, w, b) => ops.groupNorm(x, 2, w, b), normal(1, 4, 2, 2), normal(4), normal(4)],
  maxPool2d: [x => ops.maxPool2d(x, 2), normal(1, 1, 4, 4)],
  avgPool2d: [x => ops.avgPool2d(x, 2), normal(1, 1, 4, 4)],
  adaptiveAvgPool2d: [x => ops.adaptiveAvgPool2d(x, [1, 1]), normal(1, 2, 3, 3)],
  upsampleBilinear2d: [x => ops.upsampleBilinear2d(x, [5, 5], false), normal(1, 1, 3, 3)],
  gridSampler: [
    (x, g) => ops.gridSampler(x, ops.mul(ops.tanh(g), 0.9), 0, 0, false),
    normal(1, 1, 4, 4),
    normal(1, 2, 2, 2),
  ],
  softmax: [x => ops.softmax(x, 1), normal(2, 4)],
  logSoftmax: [x => ops.logSoftmax(x, 1), normal(2, 4)],
  logsumexp: [x => ops.logsumexp(x, [1]), normal(2, 4)],
  crossEntropyLoss: [x => ops.crossEntropyLoss(x, labels), normal(3, 4)],
  mseLoss: [(a, b) => ops.mseLoss(a, b), normal(4), normal(4)],
  smoothL1Loss: [(a, b) => ops.smoothL1Loss(a, b), normal(4), normal(4)],
  norm: [x => ops.normAlong(x, 2, [1], true), normal(3, 4)],
  cosineSimilarity: [(a, b) => ops.cosineSimilarity(a, b, 1), normal(3, 4), normal(3, 4)],
  sumAlong: [x => ops.sumAlong(x, [0]), normal(2, 3)],
  meanAlong: [x => ops.meanAlong(x, [1], true), normal(2, 3)],
  std: [x => ops.stdAlong(x, [1]), normal(2, 4)],
  maxAlong: [x => ops.maxAlong(x, 1)[0], normal(2, 4)],
  cat: [(a, b) => ops.cat([a, b], 1), normal(2, 2), normal(2, 3)],
  stack: [(a, b) => ops.stack([a, b]), normal(2), normal(2)],
  permute: [x => ops.permute(x, [2, 0, 1]), normal(2, 3, 2)],
  gather: [x => ops.gather(x, 1, ops.unsqueeze(labels, 1)), normal(3, 4)],
  scatter: [(x, y) => ops.scatter(x, 1, ops.unsqueeze(labels, 1), y), normal(3, 4), normal(3, 1)],
  index: [x => ops.index(x, [labels]), normal(3, 2)],
  indexSelect: [x => ops.indexSelect(x, 0, labels), normal(3, 2)],
  embedding: [w => ops.embedding(w, labels), normal(3, 2)],
  narrow: [x => ops.narrow(x, 0, 1, 2), normal(3, 2)],
  where: [(a, b) => ops.where(ops.gt(a.detach(), b.detach()), a, b), normal(4), normal(4)],
  maskedFill: [x => ops.maskedFill(x, ops.gt(x.detach(), 0), 3), away(4)],
  flip: [x => ops.flip(x, [1]), normal(2, 3)],
  constantPadNd: [x => ops.constantPadNd(x, [1, 2]), normal(2, 3)],
  im2col: [x => ops.im2col(x, 2, 1, 0, 1), normal(1, 1, 3, 3)],
};

describe('gradients equal central differences', () => {
  test.each(Object.entries(functions))('%s', (_name, [compute, ...inputs]) => {
    tidy(() => {
      const leaves = inputs.map(input => {
        const leaf = ops.contiguous(input.detach().clone());
        leaf.requiresGrad = true;
        return leaf;
      });
      const output = compute(...leaves);
      // A random direction tells more than all ones.
      const direction = randn(output.shape, double);
      ops.sum(ops.mul(output, direction)).backward();
      const outcome = () => noGrad(() => tidy(() => ops.sum(ops.mul(compute(...leaves), direction)).item()));
      for (const leaf of leaves) {
        const gradient = leaf.grad!.data();
        const flat = ops.view(leaf.detach(), [-1]);
        const step = 1e-6;
        for (let i = 0; i < flat.size; i++) {
          const place = ops.select(flat, 0, i);
          ops.add_(place, step);
          const above = outcome();
          ops.sub_(place, 2 * step);
          const below = outcome();
          ops.add_(place, step);
          expect(Number(gradient[i])).toBeCloseTo((above - below) / (2 * step), 5);
        }
      }
    });
  });
});

test('grad() gives derivatives and leaves grad alone; second derivatives too', () => {
  const x = tensor([1, 2, 3], undefined, { ...double, requiresGrad: true });
  const unused = ones([2], { requiresGrad: true });
  const y = ops.sum(ops.pow(x, 3));
  const [first, none] = grad([y], [x, unused], undefined, { createGraph: true });
  expect([...first!.data()]).toEqual([3, 12, 27]);
  expect(none).toBeUndefined();
  const [second] = grad([ops.sum(first!)], [x]);
  expect([...second!.data()]).toEqual([6, 12, 18]);
  expect(x.grad).toBeUndefined();
});

test('grad() takes the gradients of its outputs', () => {
  const x = tensor([1, 2], undefined, { requiresGrad: true });
  const [gradient] = grad([ops.mul(x, 3)], [x], [tensor([10, 100])]);
  expect([...gradient!.data()]).toEqual([30, 300]);
});

test('backward adds up, and grad can be set and removed', () => {
  const x = tensor([1, 2], undefined, { requiresGrad: true });
  tidy(() => ops.sum(ops.mul(x, 2)).backward());
  tidy(() => ops.mul(x, 1).backward(tensor([1, 10])));
  expect([...x.grad!.data()]).toEqual([3, 12]);
  x.grad = tensor([7, 7]);
  expect([...x.grad.data()]).toEqual([7, 7]);
  x.grad = undefined;
  expect(x.grad).toBeUndefined();
});

test('what has no gradient is a coded error', () => {
  const refused = expect.objectContaining({ code: 'ENGINE_FAILED' });
  expect(() => ones([1]).backward()).toThrow(refused);
  const x = ones([2], { requiresGrad: true });
  expect(() => ops.mul(x, 2).backward()).toThrow(refused);
  expect(() => {
    tensor(new Int32Array(2)).requiresGrad = true;
  }).toThrow(refused);
  expect(() => {
    x.grad = ones([3]);
  }).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  const y = ops.sum(ops.exp(x));
  y.backward();
  expect(() => y.backward()).toThrow(refused);
});
