// The networks against InsightFace's own: golden/backbones.json.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeModel } from '@insightface-ts/onnx';
import { exportOnnx, noGrad } from '@insightface-ts/torch';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { fillByFormula, formulaImages } from '../testing/formula-weights.js';
import { sharedPath } from '../testing/shared-data.js';
import type { Backbone } from './backbone.js';
import { type BackboneName, createBackbone } from './registry.js';

interface GoldenModel {
  readonly parameters: number;
  readonly trainable: number;
  readonly state_dict?: readonly string[];
  readonly names_and_shapes_sha256: string;
  readonly eval_output?: {
    readonly values?: readonly number[][];
    readonly first_64_of_each_row?: readonly number[][];
    readonly norms: readonly number[];
  };
}

const golden: { readonly models: Readonly<Record<string, GoldenModel>> } = JSON.parse(
  readFileSync(sharedPath('golden/backbones.json'), 'utf8'),
);
const cases = Object.entries(golden.models) as [Exclude<BackboneName, 'iresnet'>, GoldenModel][];

describe.each(cases)('%s', (name, expected) => {
  it('has the tensors, names, shapes and counts of arcface_torch', () => {
    const network = createBackbone({ name });
    const lines = [...network.stateDict()].map(([key, value]) => `${key} ${value.shape.join('x')}`);
    if (expected.state_dict) expect(lines).toEqual(expected.state_dict);
    expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(
      expected.names_and_shapes_sha256,
    );
    const count = (only: (requiresGrad: boolean) => boolean) =>
      network
        .parameters()
        .filter(parameter => only(parameter.requiresGrad))
        .reduce((sum, parameter) => sum + parameter.size, 0);
    expect(count(() => true)).toBe(expected.parameters);
    expect(count(requiresGrad => requiresGrad)).toBe(expected.trainable);
    network.dispose();
  });

  const output = expected.eval_output;
  const others = output ? 'as arcface_torch, and through ONNX Runtime' : 'through ONNX Runtime';
  it(`gives the same embeddings to 1e-4 of the largest element ${others}`, async () => {
    const network = createBackbone({ name }).eval();
    fillByFormula(network);
    const images = formulaImages(77, 2);
    const live = Float32Array.from(noGrad(() => network.call(images)).data(), Number);
    if (output) expectGolden(live, output);

    const exported = await runOnnx(network, Float32Array.from(images.data(), Number));
    const drift = Array.from(exported, (value, index) => Math.abs(value - live[index]!));
    expect(Math.max(...drift) / Math.max(...live.map(Math.abs))).toBeLessThan(1e-4);
    network.dispose();
  });
});

function expectGolden(live: Float32Array, output: NonNullable<GoldenModel['eval_output']>): void {
  const rows = output.values ?? output.first_64_of_each_row ?? [];
  const largest = Math.max(...rows.flat().map(Math.abs));
  const differences = rows.flatMap((row, r) => row.map((value, c) => Math.abs(value - live[r * 512 + c]!)));
  expect(differences.length).toBeGreaterThanOrEqual(2 * 64);
  expect(Math.max(...differences) / largest).toBeLessThan(1e-4);
  for (const [r, norm] of output.norms.entries())
    expect(Math.hypot(...live.subarray(r * 512, (r + 1) * 512)) / norm).toBeCloseTo(1, 4);
}

async function runOnnx(network: Backbone, images: Float32Array): Promise<Float32Array> {
  const model = exportOnnx(network, { input: ['N', 3, 112, 112] });
  const session = await InferenceSession.create(writeModel(model));
  const { embedding } = await session.run({ data: new OrtTensor('float32', images, [2, 3, 112, 112]) });
  await session.release();
  return embedding?.data as Float32Array;
}
