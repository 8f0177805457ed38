import { beforeAll, describe, expect, it } from 'vitest';
import { setThreads } from './engine.js';
import { randn, tensor } from './factories.js';
import { LossScaler, requirePrecision, withPrecision } from './mixed-precision.js';
import { parameter } from './nn/index.js';
import * as ops from './ops/index.js';
import { tidy } from './scope.js';

beforeAll(() => setThreads(1));

describe('requirePrecision', () => {
  it('allows 16 bits only where they gain', () => {
    const refused = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/float32/),
    });
    expect(() => requirePrecision('bfloat16', 'cpu', 'fpu avx2 fma')).toThrow(refused);
    expect(() => requirePrecision('float16', 'cpu', 'avx512_bf16 amx_bf16')).toThrow(refused);
    requirePrecision('bfloat16', 'cpu', 'avx2 avx512_bf16');
    requirePrecision('bfloat16', 'cpu', 'amx_bf16 amx_tile');
    requirePrecision('float16', 'cuda:0', '');
    requirePrecision('float32', 'cpu', '');
  });

  it('leaves 32 bits as they are', () => {
    tidy(() => {
      const x = randn([2, 2]);
      expect(withPrecision('float32', 'cpu', () => ops.matmul(x, x)).dtype).toBe('float32');
    });
  });
});

describe('LossScaler', () => {
  it('gives the gradient back unscaled', () => {
    const p = parameter(tensor([3]));
    const scaler = new LossScaler();
    tidy(() => scaler.scaled(ops.square(p)).backward());
    expect(tidy(() => p.grad!.item())).toBe(6 * 65536);
    expect(scaler.unscale([p])).toBe(true);
    expect(tidy(() => p.grad!.item())).toBe(6);
    p.dispose();
  });

  it('halves its scale when a gradient overflows, and doubles it after 2,000 good steps', () => {
    const p = parameter(tensor([3]));
    const scaler = new LossScaler(8);
    const withGradient = (value: number) =>
      tidy(() => {
        p.grad = tensor([value]);
        return scaler.unscale([p]);
      });
    expect([1, Number.POSITIVE_INFINITY, Number.NaN].map(withGradient)).toEqual([true, false, false]);
    expect(scaler.scale).toBe(2);
    for (let step = 0; step < 2000; step++) withGradient(1);
    expect(scaler.scale).toBe(4);
    p.dispose();
  });
});
