// Exported graphs in ONNX Runtime against the live modules.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Model, readModel, writeModel } from '@insightface-ts/onnx';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { manualSeed, setThreads } from '../engine.js';
import { randn } from '../factories.js';
import {
  Attention,
  BatchNorm1d,
  BatchNorm2d,
  Conv2d,
  chain,
  Dropout,
  DropPath,
  Flatten,
  Identity,
  LayerNorm,
  Linear,
  Module,
  normal_,
  PReLU,
  ReLU6,
  Sequential,
  uniform_,
} from '../nn/index.js';
import * as ops from '../ops/index.js';
import { tidy } from '../scope.js';
import type { Tensor } from '../tensor.js';
import { exportOnnx, writeOnnx } from './export-onnx.js';
import type { OnnxGraph } from './onnx-graph.js';

// Threads only get in each other's way on tiny tensors.
beforeAll(() => setThreads(1));

/** BN - conv - BN - PReLU - conv - BN, and a shortcut: iResNet's block. */
class Block extends Module {
  readonly layers: readonly Module[];
  readonly shortcut: Module;

  constructor(inputs: number, outputs: number) {
    super();
    this.layers = [
      new BatchNorm2d(inputs),
      new Conv2d(inputs, outputs, 3, { padding: 1, bias: false }),
      new BatchNorm2d(outputs),
      new PReLU(outputs),
      new Conv2d(outputs, outputs, 3, { stride: 2, padding: 1, bias: false }),
      new BatchNorm2d(outputs),
    ];
    this.shortcut = new Sequential(new Conv2d(inputs, outputs, 1, { stride: 2 }), new BatchNorm2d(outputs));
  }

  forward(x: Tensor): Tensor {
    return ops.add(chain(x, this.layers), this.shortcut.call(x));
  }

  override toOnnx(graph: OnnxGraph, input: string): string {
    return graph.add(graph.chain(input, this.layers), this.shortcut.toOnnx(graph, input));
  }
}

/** Every layer for pictures: grouped, paired, depthwise, dilated; both normalisations. */
function convolutional(): Module {
  return new Sequential(
    new Conv2d(3, 8, 3, { padding: 1, bias: false }),
    new BatchNorm2d(8),
    new Conv2d(8, 8, 3, { groups: 4, padding: 1 }),
    new PReLU(8),
    new Block(8, 16),
    new Conv2d(16, 16, [3, 2], { groups: 16, dilation: 2 }),
    new ReLU6(),
    new Identity(),
    new Dropout(0.4),
    new Flatten(),
    new Linear(16 * 2, 5),
    new BatchNorm1d(5, { eps: 2e-5 }),
  );
}

/** Tokens through attention, flattened, projected without a bias and normalised. */
function transformer(): Module {
  return new Sequential(
    new LayerNorm(8),
    new Attention(8, { heads: 2, qkvBias: true }),
    new DropPath(0.3),
    new Linear(8, 4),
    new Flatten(),
    new Linear(4 * 6, 5, { bias: false }),
    new BatchNorm1d(5),
  );
}

/** Fills everything, running statistics too, so that nothing is 0 or 1 by chance. */
function filled(module: Module): Module {
  manualSeed(11);
  for (const [name, tensor] of module.stateDict()) {
    if (name.endsWith('running_var')) uniform_(tensor, 0.5, 1.5);
    else if (tensor.dtype === 'float32') normal_(tensor, 0.1, 0.4);
  }
  return module;
}

async function run(model: Model, values: Float32Array, dims: readonly number[]) {
  const session = await ort.InferenceSession.create(writeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    const results = await session.run({ data: new ort.Tensor('float32', values, dims) });
    const { data, dims: shape } = results['embedding']!;
    return { values: Array.from(data as Float32Array), shape };
  } finally {
    await session.release();
  }
}

describe('exportOnnx', () => {
  it.each<[string, () => Module, readonly number[], boolean, number]>([
    ['convolutions', convolutional, [3, 10, 8], true, 1],
    ['convolutions, normalisations kept', convolutional, [3, 10, 8], false, 6],
    ['a transformer', transformer, [6, 8], true, 0],
    ['a transformer, normalisations kept', transformer, [6, 8], false, 1],
  ])('gives the live numbers of %s for any batch', async (_, make, size, foldBatchNorm, norms) => {
    const module = filled(make());
    const model = exportOnnx(module, { input: ['N', ...size], foldBatchNorm });
    expect(module.training).toBe(true);
    expect(model.graph.nodes.filter(node => node.opType === 'BatchNormalization')).toHaveLength(norms);
    expect(model.graph.outputs[0]).toMatchObject({ name: 'embedding', dims: ['N', 5] });
    for (const batch of [1, 3]) {
      const [input, expected] = tidy(() => {
        const x = randn([batch, ...size]);
        return [x.data() as Float32Array, Array.from(module.eval().call(x).data(), Number)];
      });
      module.train();
      const { values, shape } = await run(model, input, [batch, ...size]);
      expect(shape).toEqual([batch, 5]);
      const largest = Math.max(...expected.map(Math.abs));
      const difference = Math.max(...values.map((value, index) => Math.abs(value - expected[index]!)));
      expect(difference / largest).toBeLessThan(1e-5);
    }
    module.dispose();
  });

  it('names constants as the state dict does, gives slopes the shape [C, 1, 1], and fixes the batch on demand', () => {
    const module = filled(convolutional());
    const model = exportOnnx(module, { input: [2, 3, 10, 8], foldBatchNorm: false, inputName: 'x' });
    expect(model.graph.inputs[0]).toMatchObject({ name: 'x', dims: [2, 3, 10, 8] });
    expect(model.graph.initializers.get('3.weight')?.dims).toEqual([8, 1, 1]);
    expect(model.graph.initializers.get('4.layers.1.weight')?.dims).toEqual([16, 8, 3, 3]);
    module.dispose();
  });

  it('refuses modules without an ONNX form by name, and open axes', () => {
    class Secret extends Module {
      forward(x: Tensor): Tensor {
        return x;
      }
    }
    const module = new Sequential(new Secret());
    expect(() => exportOnnx(module, { input: ['N', 3] })).toThrow(
      expect.objectContaining({ code: 'EXPORT_UNSUPPORTED', message: expect.stringContaining('Secret') }),
    );
    expect(() => exportOnnx(new Identity(), { input: ['N', 'C'] })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('writes a file that reads back the same', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'export-'));
    const module = filled(transformer());
    const options = { input: ['N', 6, 8] };
    await writeOnnx(module, join(folder, 'model.onnx'), options);
    expect(await readdir(folder)).toEqual(['model.onnx']);
    const read = readModel(await readFile(join(folder, 'model.onnx')));
    expect(writeModel(read)).toEqual(writeModel(exportOnnx(module, options)));
    module.dispose();
    await rm(folder, { recursive: true });
  });
});
