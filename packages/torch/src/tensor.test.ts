import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { empty, ones, rand, tensor, tensorFromBytes, zeros } from './factories.js';
import * as ops from './ops/index.js';
import { tidy } from './scope.js';
import { type DType, Tensor, type TensorData } from './tensor.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

describe('tensors of numbers', () => {
  test('hold a typed array with its type', () => {
    const arrays: [TensorData, DType][] = [
      [new Float32Array([1, -2.5]), 'float32'],
      [new Float64Array([1, Math.PI]), 'float64'],
      [new BigInt64Array([2n ** 60n, -1n]), 'int64'],
      [new Int32Array([1, -7]), 'int32'],
      [new Int16Array([1, -7]), 'int16'],
      [new Int8Array([1, -7]), 'int8'],
      [new Uint8Array([0, 255]), 'uint8'],
    ];
    for (const [array, dtype] of arrays) {
      const t = tensor(array, [2, 1]);
      expect([t.dtype, t.shape, t.size, t.device]).toEqual([dtype, [2, 1], 2, 'cpu']);
      expect(t.data()).toEqual(array);
    }
  });

  test('hold nested numbers, float32 unless told', () => {
    const t = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([t.shape, t.dtype, [...t.data()]]).toEqual([[2, 3], 'float32', [1, 2, 3, 4, 5, 6]]);
    expect([...tensor([1, 2], undefined, { dtype: 'int64' }).data()]).toEqual([1n, 2n]);
    expect(tensor(7).shape).toEqual([]);
    expect(tensor([true, false], undefined, { dtype: 'bool' }).data()).toEqual(new Uint8Array([1, 0]));
  });

  test('of other lengths than the shape are refused', () => {
    const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });
    expect(() => tensor(new Float32Array(5), [2, 3])).toThrow(invalid);
    expect(() => tensor(new Float32Array(2), [-1, -2])).toThrow(invalid);
    expect(() => tensor(new Float32Array(2), [1.5])).toThrow(invalid);
    expect(() => tensor([[1, 2], [3]])).toThrow(invalid);
    expect(() => tensor(new Uint32Array(2))).toThrow(invalid);
  });

  test('are read in row-major order whatever their layout', () => {
    const t = ops.transpose(
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      0,
      1,
    );
    expect([...t.data()]).toEqual([1, 4, 2, 5, 3, 6]);
    const x = rand([2, 3, 4, 5]);
    expect(x.to({ memoryFormat: 'channels_last' }).data()).toEqual(x.data());
  });

  test('are converted into an array of the caller', () => {
    expect(tensor([1.9, -1.9]).into(new Int32Array(2))).toEqual(new Int32Array([1, -1]));
    expect(() => tensor([1, 2]).into(new Float32Array(3))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  test('survive the way through bytes, in every type', () => {
    for (const dtype of ['float16', 'bfloat16', 'float64', 'int64', 'bool'] as const) {
      const t = tensor([0, 1, 1, 0, 1, 0], [2, 3], { dtype });
      const again = tensorFromBytes(t.bytes(), [2, 3], dtype);
      expect(again.dtype).toBe(dtype);
      expect(again.data()).toEqual(t.data());
    }
    // 1.0 in half precision.
    expect(tensor([1], undefined, { dtype: 'float16' }).bytes()).toEqual(new Uint8Array([0x00, 0x3c]));
  });

  test('may be empty', () => {
    const t = tensor(new Float32Array(0), [0, 3]);
    expect([t.shape, t.size, t.data().length]).toEqual([[0, 3], 0, 0]);
  });
});

describe('shared memory', () => {
  test('shows writes of both sides', () => {
    const array = new Float32Array([1, 2, 3]);
    const shared = tensor(array, [3], { copy: false });
    const copied = tensor(array);
    array[0] = 10;
    ops.mul_(shared, 2);
    expect(array).toEqual(new Float32Array([20, 4, 6]));
    expect([...copied.data()]).toEqual([1, 2, 3]);
  });

  test('works on part of a buffer and on a SharedArrayBuffer', () => {
    const part = new Float32Array(new Float32Array([0, 1, 2, 3]).buffer, 4, 2);
    expect([...tensor(part, [2], { copy: false }).data()]).toEqual([1, 2]);
    const both = new Int32Array(new SharedArrayBuffer(8));
    const t = tensor(both, [2], { copy: false });
    ops.add_(t, 5);
    expect([...both]).toEqual([5, 5]);
  });

  test('lives as long as a tensor or a view of it, and not longer', async () => {
    let freed = 0;
    const registry = new FinalizationRegistry(() => freed++);
    const make = (): Tensor => {
      const buffer = new ArrayBuffer(4 << 20);
      registry.register(buffer, 0);
      return tensor(new Float32Array(buffer).fill(3), [1 << 20], { copy: false });
    };
    const whole = make();
    const view = ops.narrow(whole, 0, 100, 2);
    whole.dispose();
    const settle = async () => {
      for (let i = 0; i < 4; i++) {
        collect();
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    };
    await settle();
    expect(freed).toBe(0);
    expect([...view.data()]).toEqual([3, 3]);
    view.dispose();
    zeros([1]).dispose();
    await settle();
    expect(freed).toBe(1);
  });
});

describe('a disposed tensor', () => {
  test('is a coded error wherever it is used', () => {
    const t = ones([2]);
    const other = ones([2]);
    t.dispose();
    t.dispose();
    const disposed = expect.objectContaining({ code: 'DISPOSED' });
    expect(t.disposed).toBe(true);
    expect(() => t.shape).toThrow(disposed);
    expect(() => t.data()).toThrow(disposed);
    expect(() => t.backward()).toThrow(disposed);
    expect(() => ops.add(other, t)).toThrow(disposed);
    expect(() => ops.cat([other, t])).toThrow(disposed);
  });

  test('is not mistaken for the tensor that took its place', () => {
    const t = ones([2]);
    const { handle } = t;
    t.dispose();
    const next = empty([2]);
    const stale = Object.assign(Object.create(Tensor.prototype), { handle });
    expect(() => stale.shape).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
    expect(next.shape).toEqual([2]);
  });
});

test('item() is one element only', () => {
  expect(tensor(2.5).item()).toBe(2.5);
  expect(tidy(() => ops.sum(ones([3])).item())).toBe(3);
  expect(() => ones([2]).item()).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
});
