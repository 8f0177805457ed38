import { beforeAll, describe, expect, it } from 'vitest';
import { setThreads } from './engine.js';
import { randn, tensor } from './factories.js';
import { gainsByPrecision, LossScaler, withPrecision } from './mixed-precision.js';
import { parameter } from './nn/index.js';
import * as ops from './ops/index.js';
import { tidy } from './scope.js';

beforeAll(() => setThreads(1));

describe('gainsByPrecision', () => {
  it('knows where 16 bits are no slower', () => {
    expect(gainsByPrecision('bfloat16', 'cpu', 'fpu avx2 fma')).toBe(false);
    expect(gainsByPrecision('float16', 'cpu', 'avx512_bf16 amx_bf16')).toBe(false);
    expect(gainsByPrecision('bfloat16', 'cpu', 'avx2 avx512_bf16')).toBe(true);
    expect(gainsByPrecision('bfloat16', 'cpu', 'amx_bf16 amx_tile')).toBe(true);
    expect(gainsByPrecision('float16', 'cuda:0', '')).toBe(true);
    expect(gainsByPrecision('float32', 'cpu', '')).toBe(true);
  });
});

describe('withPrecision', () => {
  it('multiplies matrices in its type', () => {
    tidy(() => {
      const x = randn([2, 2]);
      expect(withPrecision('float32', 'cpu', () => ops.matmul(x, x)).dtype).toBe('float32');
      expect(withPrecision('bfloat16', 'cpu', () => ops.matmul(x, x)).dtype).toBe('bfloat16');
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
    const withGradient = (value: number, by = scaler) =>
      tidy(() => {
        p.grad = tensor([value]);
        return by.unscale([p]);
      });
    expect([1, Number.POSITIVE_INFINITY, Number.NaN].map(value => withGradient(value))).toEqual([
      true,
      false,
      false,
    ]);
    expect(scaler.scale).toBe(2);
    for (let step = 0; step < 1999; step++) withGradient(1);
    expect(scaler.state).toEqual({ scale: 2, goodSteps: 1999 });
    const resumed = new LossScaler();
    resumed.restore(scaler.state);
    withGradient(1, resumed);
    expect(resumed.scale).toBe(4);
    p.dispose();
  });
});
