import { describe, expect, it } from 'vitest';
import { checkModel, importTfjs, OnnxError, optimizeForCpu } from './index.js';
import {
  at,
  build,
  convolution,
  depthToPixels,
  each,
  type Numbers,
  pooling,
  resize,
  softmaxed,
  waves,
} from './testing/plain-operators.js';
import { relativeDifference, run } from './testing/run.js';

type Attributes = Record<string, object>;

interface TestNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attributes?: Attributes;
}

/** Constants: floats, or whole numbers as a list. */
type Constants = Record<string, Numbers | readonly number[]>;

const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const texts = (...values: string[]) => ({ list: { s: values.map(value => text(value).s) } });
const list = (...values: number[]) => ({ list: { i: values.map(String) } });
const flag = (value: boolean) => ({ b: value });

function tfjsModel(x: Numbers, constants: Constants, nodes: readonly TestNode[]) {
  const weights: object[] = [];
  const bytes: Buffer[] = [];
  for (const [name, value] of Object.entries(constants)) {
    const whole = Array.isArray(value);
    const values = whole ? Int32Array.from(value as number[]) : (value as Numbers).data;
    weights.push({
      name,
      shape: whole ? [values.length] : (value as Numbers).dims,
      dtype: whole ? 'int32' : 'float32',
    });
    bytes.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  const placeholder = {
    name: 'x',
    op: 'Placeholder',
    attr: {
      dtype: { type: 'DT_FLOAT' },
      shape: { shape: { dim: x.dims.map(size => ({ size: String(size) })) } },
    },
  };
  const json = {
    modelTopology: {
      node: [
        placeholder,
        ...Object.keys(constants).map(name => ({ name, op: 'Const' })),
        ...nodes.map(({ name, op, inputs, attributes }) => ({
          name,
          op,
          input: inputs,
          attr: attributes ?? {},
        })),
      ],
    },
    weightsManifest: [{ weights }],
  };
  return { json, weights: new Uint8Array(Buffer.concat(bytes)) };
}

async function expectSame(
  op: string,
  x: Numbers,
  expected: Numbers,
  constants: Constants = {},
  attributes: Attributes = {},
) {
  const inputs = ['x', ...Object.keys(constants)];
  const { json, weights } = tfjsModel(x, constants, [{ name: 'y', op, inputs, attributes }]);
  const model = importTfjs(json, weights);
  checkModel(model);
  for (const variant of [model, optimizeForCpu(model)])
    expect(relativeDifference((await run(variant, { x })).y, expected)).toBeLessThan(2e-6);
}

const slides = (['SAME', 'VALID'] as const).flatMap(padding =>
  [1, 2].flatMap(stride => [5, 6].map(size => ({ padding, stride, size }))),
);

describe('importTfjs', () => {
  it.each(slides)('convolves: $padding, stride $stride, $size pixels', async ({ padding, stride, size }) => {
    const x = waves([2, size, size + 2, 3]);
    const strides = [stride, stride] as const;
    const attributes = { padding: text(padding), strides: list(1, ...strides, 1) };
    const w = waves([3, 3, 3, 4], 2);
    await expectSame('Conv2D', x, convolution(x, w, undefined, { padding, strides }), { w }, attributes);
    const depthwise = convolution(x, w, undefined, { padding, strides, depthwise: true });
    await expectSame('DepthwiseConv2dNative', x, depthwise, { w }, attributes);
    const b = waves([4], 3);
    const fused = { ...attributes, fused_ops: texts('BiasAdd', 'Relu') };
    const rectified = each(convolution(x, w, b, { padding, strides }), value => Math.max(0, value));
    await expectSame('_FusedConv2D', x, rectified, { w, b }, fused);
  });

  it('convolves with a fused PReLU and explicit padding', async () => {
    const x = waves([1, 5, 5, 3]);
    const w = waves([3, 3, 3, 16], 2);
    const b = waves([16], 3);
    const a = waves([16], 4);
    const padded = build([1, 8, 6, 3], (n = 0, y = 0, z = 0, c = 0) => at(x, n, y - 1, z - 1, c));
    const linear = convolution(padded, w, b, { padding: 'VALID', strides: [1, 1] });
    const expected = each(linear, (value, index) =>
      value > 0 ? value : value * (a.data[index % 16] as number),
    );
    await expectSame(
      '_FusedConv2D',
      x,
      expected,
      { w, b, a },
      {
        padding: text('EXPLICIT'),
        explicit_paddings: list(0, 0, 1, 2, 1, 0, 0, 0),
        strides: list(1, 1, 1, 1),
        fused_ops: texts('BiasAdd', 'Prelu'),
      },
    );
  });

  it.each(slides)('pools: $padding, stride $stride, $size pixels', async ({ padding, stride, size }) => {
    const x = waves([2, size, size, 3]);
    const sliding = { kernel: [3, 2], strides: [stride, stride], padding } as const;
    const attributes = {
      padding: text(padding),
      strides: list(1, stride, stride, 1),
      ksize: list(1, 3, 2, 1),
    };
    await expectSame('MaxPool', x, pooling(x, 'max', sliding), {}, attributes);
    await expectSame('AvgPool', x, pooling(x, 'mean', sliding), {}, attributes);
  });

  it('resizes', async () => {
    const x = waves([1, 4, 5, 2]);
    for (const halfPixelCenters of [false, true]) {
      const attributes = { align_corners: flag(false), half_pixel_centers: flag(halfPixelCenters) };
      await expectSame(
        'ResizeBilinear',
        x,
        resize(x, [7, 9], { halfPixelCenters }),
        { size: [7, 9] },
        attributes,
      );
    }
    const corners = { align_corners: flag(true), half_pixel_centers: flag(false) };
    await expectSame(
      'ResizeBilinear',
      x,
      resize(x, [7, 9], { alignCorners: true }),
      { size: [7, 9] },
      corners,
    );
  });

  it('pads, slices, joins and moves depth to pixels', async () => {
    const x = waves([2, 4, 3, 8]);
    const padded = build([2, 5, 5, 11], (n = 0, y = 0, z = 0, c = 0) => at(x, n, y - 1, z - 2, c - 3));
    await expectSame('Pad', x, padded, { p: [0, 0, 1, 0, 2, 0, 3, 0] });
    const part = build([2, 2, 3, 8], (n = 0, y = 0, z = 0, c = 0) => at(x, n, y + 1, z, c));
    await expectSame(
      'StridedSlice',
      x,
      part,
      { begin: [0, 1], end: [0, 3], strides: [1, 1] },
      { begin_mask: { i: '1' }, end_mask: { i: '1' } },
    );
    await expectSame('DepthToSpace', x, depthToPixels(x, 2), {}, { block_size: { i: '2' } });
    const more = waves([2, 4, 3, 1], 9);
    const joined = build([2, 4, 3, 9], (n = 0, y = 0, z = 0, c = 0) =>
      c < 8 ? at(x, n, y, z, c) : at(more, n, y, z, 0),
    );
    await expectSame('ConcatV2', x, joined, { more, axis: [3] });
  });

  it('computes with each element', async () => {
    const x = waves([2, 3, 2, 4]);
    const other = waves([4], 7);
    const of = (index: number) => other.data[index % 4] as number;
    await expectSame(
      'AddV2',
      x,
      each(x, (value, index) => value + of(index)),
      { other },
    );
    await expectSame(
      'BiasAdd',
      x,
      each(x, (value, index) => value + of(index)),
      { other },
    );
    await expectSame(
      'Sub',
      x,
      each(x, (value, index) => value - of(index)),
      { other },
    );
    await expectSame(
      'Mul',
      x,
      each(x, (value, index) => value * of(index)),
      { other },
    );
    await expectSame(
      'RealDiv',
      x,
      each(x, (value, index) => value / of(index)),
      { other },
    );
    await expectSame(
      'Relu6',
      x,
      each(x, value => Math.min(6, Math.max(0, value))),
    );
    await expectSame(
      'Sigmoid',
      x,
      each(x, value => 1 / (1 + Math.exp(-value))),
    );
    await expectSame(
      'LeakyRelu',
      x,
      each(x, value => (value > 0 ? value : value * 0.25)),
      {},
      { alpha: { f: 0.25 } },
    );
    await expectSame('Softmax', x, softmaxed(x));
    const mean = build([2, 4], (n = 0, c = 0) => {
      let sum = 0;
      for (let y = 0; y < 3; y++) for (let z = 0; z < 2; z++) sum += at(x, n, y, z, c);
      return sum / 6;
    });
    await expectSame('Mean', x, mean, { axes: [1, 2] }, { keep_dims: flag(false) });
  });

  it('multiplies matrices with what is fused into them', async () => {
    const x = waves([3, 5]);
    const w = waves([5, 4], 2);
    const b = waves([4], 3);
    const expected = build([3, 4], (n = 0, out = 0) => {
      let sum = at(b, out);
      for (let i = 0; i < 5; i++) sum += at(x, n, i) * at(w, i, out);
      return Math.max(0, sum);
    });
    await expectSame('_FusedMatMul', x, expected, { w, b }, { fused_ops: texts('BiasAdd', 'Relu') });
  });

  it('follows shapes that the graph computes: the batch of a flattening', async () => {
    const x = waves([2, 2, 3, 4]);
    const nodes = [
      { name: 'shape', op: 'Shape', inputs: ['x'] },
      {
        name: 'batch',
        op: 'StridedSlice',
        inputs: ['shape', 'begin', 'end', 'strides'],
        attributes: { shrink_axis_mask: { i: '1' } },
      },
      { name: 'sizes', op: 'Pack', inputs: ['batch', 'length'], attributes: { axis: { i: '0' } } },
      { name: 'y', op: 'Reshape', inputs: ['x', 'sizes'] },
    ];
    const { json, weights } = tfjsModel(x, { begin: [0], end: [1], strides: [1], length: [24] }, nodes);
    // The length is a number without axes.
    (json.weightsManifest[0]?.weights[3] as { shape: number[] }).shape = [];
    expect((await run(importTfjs(json, weights), { x })).y).toEqual({ data: x.data, dims: [2, 24] });
  });

  it('expands quantised weights: half floats, and bytes with scale and minimum', async () => {
    const x = waves([2, 3]);
    const json = (quantization: object) => ({
      modelTopology: {
        node: [
          { name: 'x', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' } } },
          { name: 'w', op: 'Const' },
          { name: 'y', op: 'Add', input: ['x', 'w'] },
        ],
      },
      weightsManifest: [{ weights: [{ name: 'w', shape: [3], dtype: 'float32', quantization }] }],
    });
    // 1, -2 and the smallest subnormal; 0, 128 and 255.
    const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001).buffer);
    const half = importTfjs(json({ dtype: 'float16' }), halves);
    expect((await run(half, { x })).y?.data).toEqual(
      each(x, (value, index) => value + ([1, -2, 2 ** -24][index % 3] as number)).data,
    );
    const bytes = importTfjs(json({ dtype: 'uint8', scale: 0.5, min: -3 }), Uint8Array.of(0, 128, 255));
    expect((await run(bytes, { x })).y?.data).toEqual(
      each(x, (value, index) => value + ([-3, 61, 124.5][index % 3] as number)).data,
    );
  });

  it('has a coded error for what is damaged, foreign or endless', () => {
    const x = waves([1, 4]);
    const { json, weights } = tfjsModel(x, { w: waves([4]) }, [{ name: 'y', op: 'Add', inputs: ['x', 'w'] }]);
    const corrupt = expect.objectContaining({ code: 'MODEL_CORRUPT' });
    expect(() => importTfjs(json, weights.subarray(1))).toThrow(corrupt);
    expect(() => importTfjs(new TextEncoder().encode('{"modelTopology":'), weights)).toThrow(corrupt);
    const circle = tfjsModel(x, {}, [
      { name: 'y', op: 'Add', inputs: ['x', 'z'] },
      { name: 'z', op: 'Relu', inputs: ['y'] },
      { name: 'out', op: 'Relu', inputs: ['z'] },
    ]);
    expect(() => importTfjs(circle.json, circle.weights)).toThrow(corrupt);
    const layers = { modelTopology: { model_config: {} }, weightsManifest: [] };
    const unsupported = expect.objectContaining({ code: 'MODEL_UNSUPPORTED' });
    expect(() => importTfjs(layers, weights)).toThrow(unsupported);
    const foreign = tfjsModel(x, {}, [{ name: 'y', op: 'Atan2', inputs: ['x', 'x'] }]);
    expect(() => importTfjs(foreign.json, foreign.weights)).toThrow(unsupported);
    const many = tfjsModel(x, {}, [{ name: 'y', op: 'AddN', inputs: new Array<string>(150_000).fill('x') }]);
    expect(importTfjs(many.json, many.weights).graph.nodes.length).toBe(149_999);
  });

  it('answers any damaged model.json with a model or a coded error', () => {
    const x = waves([1, 4, 4, 2]);
    const { json, weights } = tfjsModel(x, { w: waves([3, 3, 2, 2]) }, [
      {
        name: 'y',
        op: 'Conv2D',
        inputs: ['x', 'w'],
        attributes: { padding: text('SAME'), strides: list(1, 2, 2, 1) },
      },
    ]);
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    for (let index = 0; index < bytes.length; index++)
      for (const bit of [0, 1, 4]) {
        const damaged = bytes.slice();
        damaged[index]! ^= 1 << bit;
        try {
          checkModel(importTfjs(damaged, weights));
        } catch (error) {
          expect(error, `byte ${index}, bit ${bit}`).toBeInstanceOf(OnnxError);
        }
      }
  });
});
