import { describe, expect, test } from 'vitest';
import { arange, ones, tensor } from '../factories.js';
import type { Tensor } from '../tensor.js';
import { call, listOps, schema } from './call.js';
import * as ops from './index.js';

const invalid = (text: RegExp) =>
  expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(text) });
const refused = (text: RegExp) =>
  expect.objectContaining({ code: 'ENGINE_FAILED', message: expect.stringMatching(text) });

describe('operators by name', () => {
  test('are all of ATen', () => {
    expect(listOps().length).toBeGreaterThan(2000);
    expect(listOps()).toContain('conv2d');
    expect(schema('relu')).toBe('aten::relu(Tensor self) -> Tensor');
  });

  test('give a tensor, a list, a number, several results, or nothing', () => {
    const x = tensor([3, 1, 2]);
    expect([...call('relu', x).data()]).toEqual([3, 1, 2]);
    expect(call<Tensor[]>('unbind.int', x)).toHaveLength(3);
    expect(call<number>('size.int', x, 0)).toBe(3);
    const [values, indices] = call<[Tensor, Tensor]>('sort', x);
    expect([...values.data(), ...indices.data()]).toEqual([1, 2, 3, 1n, 2n, 0n]);
    expect(call<undefined>('_foreach_zero_', [x])).toBeUndefined();
    expect([...x.data()]).toEqual([0, 0, 0]);
  });

  test('that write in place give back the same object', () => {
    const x = ones([2]);
    expect(call('add_.Tensor', x, 1)).toBe(x);
    expect(ops.mul_(x, 3)).toBe(x);
    expect([...x.data()]).toEqual([6, 6]);
  });

  test('take numbers for tensors with the promotion of PyTorch', () => {
    const whole = tensor([1, 2], undefined, { dtype: 'int64' });
    expect(ops.add(whole, 1).dtype).toBe('int64');
    expect(ops.add(whole, 1.5).dtype).toBe('float32');
    expect(ops.add(ones([1]), 1.5).dtype).toBe('float32');
    expect(Object.is(ops.mul(ones([1]), -0).data()[0], -0)).toBe(true);
  });

  test('take one number for all places, and defaults for what is not given', () => {
    const x = ones([1, 1, 4, 4]);
    const w = ones([1, 1, 3, 3]);
    expect(ops.conv2d(x, w).shape).toEqual([1, 1, 2, 2]);
    expect(ops.conv2d(x, w, undefined, 2, [1, 1]).shape).toEqual([1, 1, 2, 2]);
    expect(ops.conv2d(x, w, null, undefined, 1).shape).toEqual([1, 1, 4, 4]);
  });

  test('take types and memory formats by name', () => {
    expect(ops.sum(arange(4), 'float64').dtype).toBe('float64');
    expect(call('contiguous', ones([1, 2, 2, 2]), 'channels_last').shape).toEqual([1, 2, 2, 2]);
  });
});

describe('what is wrong is a coded error that names operator and argument', () => {
  const x = ones([2, 3]);

  test('names', () => {
    expect(() => call('no_such_operator', x)).toThrow(invalid(/no operator 'no_such_operator'/));
    expect(() => call('add.NoSuch', x, x)).toThrow(invalid(/one of: add\.Scalar, .*add\.Tensor/));
    expect(() => call('pow', x, x)).toThrow(invalid(/pow\.Tensor_Scalar/));
  });

  test('arguments', () => {
    expect(() => call('relu')).toThrow(invalid(/relu: argument 'self' \(Tensor\)/));
    expect(() => call('relu', 'text')).toThrow(invalid(/a tensor is needed/));
    expect(() => call('relu', {})).toThrow(invalid(/a tensor is needed/));
    expect(() => call('relu', x, x)).toThrow(invalid(/at most 1 argument/));
    expect(() => call('sum', x, 'float33')).toThrow(invalid(/argument 'dtype'.*float33/));
    expect(() => call('sum', x, 99)).toThrow(invalid(/argument 'dtype'/));
    expect(() => call('select.int', x, 0.5, 0)).toThrow(invalid(/argument 'dim'/));
    expect(() => call('contiguous', x, 'diagonal')).toThrow(invalid(/memory format/));
    expect(() => call('reshape', x, 6)).toThrow(invalid(/an array is needed/));
  });

  test('shapes, types, ranges and devices', () => {
    expect(() => ops.matmul(x, x)).toThrow(refused(/^matmul: mat1 and mat2 shapes cannot be multiplied/));
    expect(() => ops.crossEntropyLoss(x, ones([2], { dtype: 'int32' }))).toThrow(
      refused(/cross_entropy_loss/),
    );
    expect(() => ops.crossEntropyLoss(x, tensor(new BigInt64Array([0n, 7n])))).toThrow(
      refused(/out of bounds/),
    );
    expect(() => ops.indexSelect(x, 0, tensor(new BigInt64Array([9n])))).toThrow(refused(/index/));
    expect(() => ones([2], { device: 'cuda:0' })).toThrow(refused(/./));
    expect(() => ones([2], { device: 'abacus' })).toThrow(refused(/./));
  });

  test('texts carry no backtrace of C++', () => {
    try {
      ops.matmul(x, x);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).not.toMatch(/frame #|Exception raised from/);
    }
  });

  test('zeros where something is divided by them', () => {
    const picture = ones([1, 4, 8, 8]);
    const kernel = ones([4, 4, 3, 3]);
    expect(() => ops.conv2d(picture, kernel, null, 1, 0, 1, 0)).toThrow(/groups/);
    expect(() => ops.conv2d(picture, kernel, null, 0)).toThrow(/stride/);
    expect(() => ops.groupNorm(picture, 0)).toThrow(/num groups/);
    expect(() => ops.avgPool2d(picture, 2, 0)).toThrow(/stride/);
    expect(() => ops.remainder(arange(3), 0)).toThrow(/ZeroDivision/);
  });
});
