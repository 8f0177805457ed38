// What the networks promise beyond the golden files: sizes, options, ONNX, learning.
import { writeModel } from '@insightface-ts/onnx';
import {
  exportOnnx,
  manualSeed,
  memory,
  type nn,
  noGrad,
  ops,
  optim,
  randn,
  tidy,
} from '@insightface-ts/torch';
import { InsightFaceError } from 'insightface-ts';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Backbone } from './backbone.js';
import { IResNet } from './iresnet.js';
import { MobileFaceNet } from './mobilefacenet.js';
import { createBackbone, parseBackbone } from './registry.js';
import { VisionTransformer } from './vit.js';

/** One small network of each family, at 32x32. */
const small: readonly (readonly [string, () => Backbone])[] = [
  [
    'IResNet',
    () => new IResNet({ inputSize: 32, embeddingSize: 16, blocks: [1, 2, 1, 1], channels: [4, 8, 8, 16] }),
  ],
  [
    'MobileFaceNet',
    () => new MobileFaceNet({ inputSize: 32, embeddingSize: 16, scale: 2, blocks: [1, 1, 1, 1] }),
  ],
  ['MobileFaceNet, large', () => new MobileFaceNet({ inputSize: 32, scale: 1, blocks: [2, 1, 1, 1] })],
  [
    'VisionTransformer',
    () => new VisionTransformer({ inputSize: 32, embeddingSize: 16, width: 16, depth: 2, heads: 4 }),
  ],
];

/** Statistics and gains away from their initial values, so that none of them can be left out unseen. */
function unsettle(network: nn.Module): void {
  noGrad(() => {
    for (const [name, value] of network.stateDict())
      tidy(() => {
        if (name.endsWith('running_var')) ops.uniform_(value, 0.5, 1.5);
        else if (value.shape.length === 1) ops.uniform_(value, -0.5, 0.5);
      });
  });
}

describe.each(small)('%s', (_, create) => {
  it('gives the same through ONNX Runtime, for any batch, with normalisations folded or kept', async () => {
    manualSeed(1);
    const network = create().eval();
    unsettle(network);
    for (const foldBatchNorm of [true, false]) {
      const model = exportOnnx(network, { input: ['N', 3, 32, 32], foldBatchNorm });
      const session = await InferenceSession.create(writeModel(model));
      for (const batch of [1, 3]) {
        const { images, expected } = tidy(() => {
          const x = randn([batch, 3, 32, 32]);
          const y = noGrad(() => network.call(x));
          return { images: x.data() as Float32Array, expected: y.data() };
        });
        const feeds = { data: new OrtTensor('float32', images, [batch, 3, 32, 32]) };
        const { embedding } = await session.run(feeds);
        expect(embedding?.dims).toEqual([batch, network.embeddingSize]);
        const values = Array.from(expected, Number);
        const largest = Math.max(...values.map(Math.abs));
        const actual = Array.from(embedding?.data as Float32Array);
        for (const [index, value] of values.entries())
          expect(Math.abs(actual[index]! - value) / largest).toBeLessThan(1e-4);
      }
      await session.release();
    }
    network.dispose();
  });

  it('learns: gives every parameter a gradient, lowers a loss, and leaves no tensors behind', () => {
    manualSeed(2);
    const network = create();
    const learned = network.parameters().filter(parameter => parameter.requiresGrad);
    const optimizer = new optim.Sgd(learned, { lr: 0.02, momentum: 0.9 });
    const images = randn([8, 3, 32, 32]);
    const targets = randn([8, network.embeddingSize]);
    const losses: number[] = [];
    let live = 0;
    for (let step = 0; step < 12; step++) {
      tidy(() => {
        const loss = ops.mseLoss(network.call(images), targets);
        loss.backward();
        if (step === 0) for (const parameter of learned) expect(parameter.grad).toBeDefined();
        optimizer.step();
        optimizer.zeroGrad();
        losses.push(loss.item());
      });
      if (step === 1) live = memory().live;
    }
    expect(memory().live).toBe(live);
    expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
  });
});

describe('VisionTransformer', () => {
  it('hides another part of the tokens in each training step, and none in evaluation', () => {
    const network = new VisionTransformer({
      inputSize: 32,
      width: 16,
      depth: 1,
      heads: 2,
      dropPath: 0,
      maskRatio: 0.5,
    });
    const outcome = () =>
      tidy(() => {
        const y = network.call(ops.onesLike(images));
        return Array.from(y.data(), Number);
      });
    const images = randn([2, 3, 32, 32]);
    network.eval();
    expect(outcome()).toEqual(outcome());
    network.train();
    expect(outcome()).not.toEqual(outcome());
  });
});

describe('createBackbone', () => {
  it('gives mbf_paper the paper’s 0.99 M parameters', () => {
    const network = createBackbone({ name: 'mbf_paper' });
    const count = network.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
    expect(network.embeddingSize).toBe(128);
    expect(count / 1e6).toBeCloseTo(0.99, 1);
    network.dispose();
  });

  it('gives two networks of one seed the same weights', () => {
    const first = (seed: number) => {
      manualSeed(seed);
      const network = createBackbone({ name: 'mbf_paper', inputSize: 32 });
      const bytes = [...network.stateDict().values()].map(value =>
        Buffer.from(value.bytes()).toString('hex'),
      );
      network.dispose();
      return bytes.join();
    };
    expect(first(5)).toBe(first(5));
    expect(first(5)).not.toBe(first(6));
  });

  it.each([
    [{ name: 'r51' }, /backbone\.name.*choose one of/],
    [{ name: 'mbf', dropout: 0.1 }, /backbone\.dropout is not a known option/],
    [{ name: 'vit_t', maskRatio: 1 }, /backbone\.maskRatio/],
    [{}, /backbone\.name/],
  ])('refuses %j by name', (value, message) => {
    const attempt = () => parseBackbone(value);
    expect(attempt).toThrow(InsightFaceError);
    expect(attempt).toThrow(message);
  });

  it('refuses an input that does not divide by 16', () => {
    expect(() => createBackbone({ name: 'mbf', inputSize: 100 })).toThrow(/multiple of 16/);
  });
});
