import { beforeAll, describe, expect, it } from 'vitest';
import { memory, setThreads } from './engine.js';
import { Attention, BatchNorm2d, Conv2d, Flatten, Linear, PReLU, Sequential } from './nn/index.js';
import { summary } from './summary.js';

beforeAll(() => setThreads(1));

describe('summary', () => {
  it('counts parameters and multiply-accumulates layer by layer', () => {
    const conv = new Conv2d(3, 8, 3, { stride: 2, padding: 1, bias: false });
    const network = new Sequential(
      conv,
      new BatchNorm2d(8),
      new PReLU(8),
      new Flatten(),
      new Linear(8 * 16, 10),
    );
    network.namedParameters().get('1.weight')!.requiresGrad = false;
    const { live } = memory();
    const result = summary(network, [1, 3, 8, 8]);
    expect(memory().live).toBe(live);
    const convMacs = 8 * 16 * 27;
    expect(result).toMatchObject({
      output: [1, 10],
      parameters: 216 + 16 + 8 + 1290,
      trainable: 216 + 8 + 8 + 1290,
      buffers: 17,
      macs: convMacs + 1280,
    });
    expect(result.layers.map(({ name, type, parameters, macs }) => [name, type, parameters, macs])).toEqual([
      ['0', 'Conv2d', 216, convMacs],
      ['1', 'BatchNorm2d', 16, 0],
      ['2', 'PReLU', 8, 0],
      ['4', 'Linear', 1290, 1280],
    ]);
    expect(String(result).split('\n').at(-2)).toMatch(/total +1 x 10 +1,530 +4,736/);
    expect(network.training).toBe(true);
    network.dispose();
  });

  it('counts a module used twice once in parameters and twice in work, and the products within attention', () => {
    const shared = new Linear(4, 4, { bias: false });
    const network = new Sequential(shared, shared, new Attention(4, { heads: 2 }));
    const { parameters, macs } = summary(network, [1, 3, 4]);
    expect(parameters).toBe(16 + 48 + 20);
    // 3 tokens: two products of 4 x 4, qkv and projection, and twice 3 x 3 x 4 in the heads.
    expect(macs).toBe(3 * (16 + 16 + 48 + 16) + 2 * 9 * 4);
    network.dispose();
  });
});
