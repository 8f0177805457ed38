import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { memory } from './engine.js';
import { ones, zeros } from './factories.js';
import * as ops from './ops/index.js';
import { keep, noGrad, tidy } from './scope.js';
import type { Tensor } from './tensor.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

test('tidy disposes of what was made inside, and of nothing else', () => {
  const outside = ones([2]);
  const before = memory().live;
  let inside: Tensor | undefined;
  const sum = tidy(() => {
    inside = ops.add(outside, 1);
    return ops.sum(inside);
  });
  expect(inside?.disposed).toBe(true);
  expect(outside.disposed).toBe(false);
  expect(sum.item()).toBe(4);
  expect(memory().live).toBe(before + 1);
  sum.dispose();
  expect(memory().live).toBe(before);
});

test('tensors in arrays, objects and maps are results too', () => {
  const result = tidy(() => ({
    list: [ones([1]), { deep: ones([2]) }] as const,
    map: new Map([['a', ones([3])]]),
    lost: ones([4]).shape,
  }));
  expect(result.list[0].shape).toEqual([1]);
  expect(result.list[1].deep.shape).toEqual([2]);
  expect(result.map.get('a')?.shape).toEqual([3]);
});

test('scopes nest: a result belongs to the scope around', () => {
  const before = memory().live;
  tidy(() => {
    const a = tidy(() => ops.add(ones([2]), ones([2])));
    expect(memory().live).toBe(before + 1);
    expect(a.disposed).toBe(false);
  });
  expect(memory().live).toBe(before);
});

test('keep() outlives every scope, whichever made the tensor', () => {
  let own: Tensor | undefined;
  let outer: Tensor | undefined;
  tidy(() => {
    outer = ones([1]);
    tidy(() => {
      own = keep(ones([2]));
      keep(outer!);
    });
  });
  expect(own?.shape).toEqual([2]);
  expect(outer?.shape).toEqual([1]);
  own?.dispose();
  outer?.dispose();
});

test('a scope that throws leaves nothing behind', () => {
  const before = memory().live;
  expect(() =>
    tidy(() => {
      ops.matmul(ones([2, 3]), ones([2, 3]));
    }),
  ).toThrow(expect.objectContaining({ code: 'ENGINE_FAILED' }));
  expect(memory().live).toBe(before);
});

test('async scopes are refused', () => {
  expect(() => tidy(async () => 1)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});

test('noGrad records nothing, also after an error', () => {
  const w = ones([2], { requiresGrad: true });
  expect(noGrad(() => ops.mul(w, 2)).requiresGrad).toBe(false);
  expect(() =>
    noGrad(() => {
      throw new Error('x');
    }),
  ).toThrow('x');
  expect(ops.mul(w, 2).requiresGrad).toBe(true);
});

test('the collector frees what was dropped outside of scopes', async () => {
  const before = memory().live;
  for (let i = 0; i < 50; i++) {
    zeros([1 << 20]);
    if (i % 10 === 9) await new Promise(resolve => setTimeout(resolve));
  }
  for (let i = 0; i < 5 && memory().live > before; i++) {
    collect();
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  expect(memory().live).toBeLessThanOrEqual(before);
});
