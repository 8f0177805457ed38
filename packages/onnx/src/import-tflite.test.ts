import { describe, expect, it } from 'vitest';
import { checkModel, importTflite, OnnxError, optimizeForCpu } from './index.js';
import {
  at,
  build,
  convolution,
  depthToPixels,
  each,
  fill,
  type Numbers,
  pooling,
  resize,
  softmaxed,
  waves,
} from './testing/plain-operators.js';
import { relativeDifference, run } from './testing/run.js';
import { activation, constant, type Field, type TestTensor, tfliteFile } from './testing/tflite-writer.js';
import { operatorName } from './tflite/operator-names.js';

/** A file with one operator; its constants come after the input. */
function oneOperator(
  type: string,
  x: Numbers,
  expected: Numbers,
  constants: readonly TestTensor[],
  options?: readonly Field[],
): Uint8Array {
  return tfliteFile(
    [{ name: 'x', dims: x.dims }, ...constants, { name: 'y', dims: expected.dims }],
    [{ type, inputs: ['x', ...constants.map(({ name }) => name)], output: 'y', ...(options && { options }) }],
    ['x'],
    ['y'],
  );
}

async function expectSame(
  type: string,
  x: Numbers,
  expected: Numbers,
  constants: readonly TestTensor[] = [],
  options?: readonly Field[],
) {
  const model = importTflite(oneOperator(type, x, expected, constants, options));
  checkModel(model);
  for (const variant of [model, optimizeForCpu(model)]) {
    const { y } = await run(variant, { x });
    expect(relativeDifference(y, expected)).toBeLessThan(2e-6);
  }
}

/** TFLite's own order of a filter `[height, width, in, out]`. */
const outFirst = (filter: Numbers): Numbers => {
  const [height = 0, width = 0, inner = 0, out = 0] = filter.dims;
  return build([out, height, width, inner], (o = 0, i = 0, j = 0, c = 0) => at(filter, i, j, c, o));
};
const ints = (name: string, dims: readonly number[], values: readonly number[]): TestTensor => ({
  name,
  dims,
  values,
});
const paddings = { SAME: 0, VALID: 1 } as const;

const slides = (['SAME', 'VALID'] as const).flatMap(padding =>
  [1, 2].flatMap(stride => [5, 6].map(size => ({ padding, stride, size }))),
);

describe('importTflite', () => {
  it.each(slides)('convolves: $padding, stride $stride, $size pixels', async ({ padding, stride, size }) => {
    const x = waves([2, size, size + 3, 3]);
    const filter = waves([3, 2, 3, 4], 2);
    const bias = waves([4], 3);
    const expected = convolution(x, filter, bias, { padding, strides: [stride, 1] });
    const options = [paddings[padding], 1, stride, activation.none, 1, 1];
    await expectSame(
      'CONV_2D',
      x,
      expected,
      [constant('w', outFirst(filter)), constant('b', bias)],
      fields(options),
    );
  });

  it('convolves with dilation and a fused ReLU6', async () => {
    const x = waves([1, 9, 8, 2]);
    const filter = each(waves([3, 3, 2, 5], 2), value => value * 6);
    const linear = convolution(x, filter, undefined, { padding: 'SAME', strides: [1, 1], dilations: [2, 3] });
    const expected = each(linear, value => Math.min(6, Math.max(0, value)));
    const options = fields([0, 1, 1, activation.relu6, 3, 2]);
    await expectSame('CONV_2D', x, expected, [constant('w', outFirst(filter))], options);
  });

  it.each(slides)(
    'convolves depthwise: $padding, stride $stride, $size pixels',
    async ({ padding, stride, size }) => {
      const x = waves([1, size, size, 4]);
      const filter = waves([3, 3, 4, 2], 2);
      const bias = waves([8], 3);
      const expected = convolution(x, filter, bias, { padding, strides: [stride, stride], depthwise: true });
      const options = fields([paddings[padding], stride, stride, 2, activation.none, 1, 1]);
      const flat = constant('w', { data: filter.data, dims: [1, 3, 3, 8] });
      await expectSame('DEPTHWISE_CONV_2D', x, expected, [flat, constant('b', bias)], options);
    },
  );

  it.each(slides)('pools: $padding, stride $stride, $size pixels', async ({ padding, stride, size }) => {
    const x = waves([2, size, size, 3]);
    const sliding = { kernel: [3, 2], strides: [stride, stride], padding } as const;
    const options = fields([paddings[padding], stride, stride, 2, 3, activation.none]);
    await expectSame('MAX_POOL_2D', x, pooling(x, 'max', sliding), [], options);
    await expectSame('AVERAGE_POOL_2D', x, pooling(x, 'mean', sliding), [], options);
  });

  it('pads, also channels', async () => {
    const x = waves([1, 3, 4, 2]);
    const expected = build([1, 6, 5, 4], (n = 0, y = 0, z = 0, c = 0) => at(x, n, y - 1, z, c - 2));
    await expectSame('PAD', x, expected, [ints('p', [4, 2], [0, 0, 1, 2, 0, 1, 2, 0])]);
  });

  it.each([
    { alignCorners: false, halfPixelCenters: false },
    { alignCorners: true, halfPixelCenters: false },
    { alignCorners: false, halfPixelCenters: true },
  ])('resizes: %o', async placement => {
    const x = waves([2, 4, 5, 3]);
    const options: Field[] = [
      undefined,
      undefined,
      { int8: placement.alignCorners ? 1 : 0 },
      { int8: placement.halfPixelCenters ? 1 : 0 },
    ];
    for (const size of [
      [8, 10],
      [7, 13],
      [3, 2],
    ] as const)
      await expectSame('RESIZE_BILINEAR', x, resize(x, size, placement), [ints('s', [2], size)], options);
  });

  it('has slopes of PReLU for each channel, or for each element', async () => {
    const x = waves([2, 3, 4, 16]);
    for (const dims of [
      [1, 1, 16],
      [3, 4, 16],
    ]) {
      const slope = waves(dims, 4);
      const expected = each(x, (value, index) =>
        value > 0 ? value : value * (slope.data[index % slope.data.length] as number),
      );
      await expectSame('PRELU', x, expected, [constant('a', slope)]);
    }
  });

  it('puts a PReLU together that was written out', async () => {
    const x = waves([1, 4, 4, 16]);
    const slope = each(waves([16], 5), Math.abs);
    const expected = each(x, (value, index) =>
      value > 0 ? value : value * (slope.data[index % 16] as number),
    );
    const bytes = tfliteFile(
      [
        { name: 'x', dims: x.dims },
        constant(
          'half',
          each(slope, value => value / 2),
        ),
        ...['positive', 'abs', 'twice', 'negative', 'y'].map(name => ({ name, dims: x.dims })),
      ],
      [
        { type: 'RELU', inputs: ['x'], output: 'positive' },
        { type: 'ABS', inputs: ['x'], output: 'abs' },
        { type: 'SUB', inputs: ['x', 'abs'], output: 'twice' },
        { type: 'MUL', inputs: ['twice', 'half'], output: 'negative' },
        { type: 'ADD', inputs: ['positive', 'negative'], output: 'y' },
      ],
      ['x'],
      ['y'],
    );
    const model = importTflite(bytes);
    expect(model.graph.nodes.filter(node => node.opType !== 'Transpose').map(node => node.opType)).toEqual([
      'PRelu',
    ]);
    expect(relativeDifference((await run(model, { x })).y, expected)).toBeLessThan(1e-6);
  });

  it('slices with open ends, steps and axes that disappear', async () => {
    const x = waves([2, 5, 6, 3]);
    const limits = (begin: number[], end: number[], strides: number[]) =>
      [begin, end, strides].map((values, index) => ints(`l${index}`, [values.length], values));
    const stepped = build([2, 2, 4, 3], (n = 0, y = 0, z = 0, c = 0) => at(x, n, 1 + 2 * y, z + 2, c));
    await expectSame(
      'STRIDED_SLICE',
      x,
      stepped,
      limits([0, 1, -4, 0], [0, 5, 9, 0], [1, 2, 1, 1]),
      fields([0b1001, 0b1101, 0, 0, 0]),
    );
    const last = build([2, 5, 6], (n = 0, y = 0, z = 0) => at(x, n, y, z, 2));
    await expectSame(
      'STRIDED_SLICE',
      x,
      last,
      limits([0, 0, 0, -1], [0, 0, 0, 0], [1, 1, 1, 1]),
      fields([7, 7, 0, 0, 8]),
    );
  });

  it('reduces, with axes kept or not', async () => {
    const x = waves([2, 3, 4, 5]);
    const mean = build([2, 5], (n = 0, c = 0) => {
      let sum = 0;
      for (let y = 0; y < 3; y++) for (let z = 0; z < 4; z++) sum += at(x, n, y, z, c);
      return sum / 12;
    });
    await expectSame('MEAN', x, mean, [ints('axes', [2], [1, 2])], [{ int8: 0 }]);
    await expectSame('MEAN', x, { ...mean, dims: [2, 1, 1, 5] }, [ints('axes', [2], [1, 2])], [{ int8: 1 }]);
    const largest = build([2, 3, 4, 1], (n = 0, y = 0, z = 0) =>
      Math.max(...[0, 1, 2, 3, 4].map(c => at(x, n, y, z, c))),
    );
    await expectSame('REDUCE_MAX', x, largest, [ints('axes', [1], [3])], [{ int8: 1 }]);
  });

  it('reshapes in the order of channels last, and frees the batch', async () => {
    const x = waves([1, 2, 3, 4]);
    const model = importTflite(oneOperator('RESHAPE', x, { ...x, dims: [1, 24] }, []));
    expect(model.graph.inputs[0]?.dims?.[0]).toBe('batch');
    const two = waves([2, 2, 3, 4]);
    expect((await run(model, { x: two })).y).toEqual({ data: two.data, dims: [2, 24] });
  });

  it('multiplies matrices, flattening pictures', async () => {
    const x = waves([1, 2, 2, 3]);
    const weights = waves([4, 12], 2);
    const bias = waves([4], 3);
    const expected = build([1, 4], (_, out = 0) =>
      x.data.reduce((sum, value, index) => sum + value * at(weights, out, index), at(bias, out)),
    );
    const constants = [constant('w', weights), constant('b', bias)];
    await expectSame('FULLY_CONNECTED', x, expected, constants, fields([activation.none, 0]));
  });

  it('works element by element', async () => {
    const x = waves([2, 3, 4, 4]);
    const other = waves([4], 7);
    const of = (index: number) => other.data[index % 4] as number;
    const c = [constant('c', other)];
    await expectSame(
      'ADD',
      x,
      each(x, (value, index) => Math.max(0, value + of(index))),
      c,
      [{ int8: activation.relu }],
    );
    await expectSame(
      'SUB',
      x,
      each(x, (value, index) => value - of(index)),
      c,
    );
    await expectSame(
      'MUL',
      x,
      each(x, (value, index) => value * of(index)),
      c,
    );
    await expectSame(
      'DIV',
      x,
      each(x, (value, index) => value / of(index)),
      c,
    );
    await expectSame(
      'MAXIMUM',
      x,
      each(x, (value, index) => Math.max(value, of(index))),
      c,
    );
    await expectSame(
      'MINIMUM',
      x,
      each(x, (value, index) => Math.min(value, of(index))),
      c,
    );
    await expectSame(
      'LOGISTIC',
      x,
      each(x, value => 1 / (1 + Math.exp(-value))),
    );
    await expectSame('TANH', x, each(x, Math.tanh));
    await expectSame('EXP', x, each(x, Math.exp));
    await expectSame('ABS', x, each(x, Math.abs));
    await expectSame(
      'NEG',
      x,
      each(x, value => -value),
    );
    await expectSame(
      'LEAKY_RELU',
      x,
      each(x, value => (value > 0 ? value : value * 0.125)),
      [],
      [{ float32: 0.125 }],
    );
    await expectSame('SOFTMAX', x, softmaxed(x), [], [{ float32: 1 }]);
    await expectSame(
      'HARD_SWISH',
      x,
      each(x, value => (value * Math.min(6, Math.max(0, value + 3))) / 6),
    );
  });

  it('moves depth to pixels, and joins along any axis', async () => {
    const x = waves([1, 2, 3, 8]);
    await expectSame('DEPTH_TO_SPACE', x, depthToPixels(x, 2), [], [{ int32: 2 }]);
    const more = waves([1, 2, 3, 2], 5);
    const joined = build([1, 2, 3, 10], (n = 0, y = 0, z = 0, c = 0) =>
      c < 8 ? at(x, n, y, z, c) : at(more, n, y, z, c - 8),
    );
    await expectSame('CONCATENATION', x, joined, [constant('more', more)], [{ int32: 3 }, { int8: 0 }]);
  });

  it('knows the numbers of operators that the schema gives', () => {
    const numbers = {
      3: 'CONV_2D',
      4: 'DEPTHWISE_CONV_2D',
      17: 'MAX_POOL_2D',
      22: 'RESHAPE',
      45: 'STRIDED_SLICE',
      54: 'PRELU',
      98: 'LEAKY_RELU',
      117: 'HARD_SWISH',
      124: 'DENSIFY',
    };
    for (const [code, name] of Object.entries(numbers)) expect(operatorName(Number(code), '')).toBe(name);
  });

  it('names what it does not convert', () => {
    const x = fill([1, 4], () => 0);
    expect(() => importTflite(oneOperator('COS', x, x, []))).toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('COS') }),
    );
  });

  it('answers cuts and flipped bits with a model or a coded error', () => {
    const x = waves([1, 6, 6, 3]);
    const filter = waves([3, 3, 3, 4], 2);
    const expected = convolution(x, filter, undefined, { padding: 'SAME', strides: [2, 2] });
    const bytes = oneOperator(
      'CONV_2D',
      x,
      expected,
      [constant('w', outFirst(filter))],
      fields([0, 2, 2, 1, 1, 1]),
    );
    const tryImport = (damaged: Uint8Array, what: string) => {
      try {
        checkModel(importTflite(damaged));
      } catch (error) {
        expect(error, what).toBeInstanceOf(OnnxError);
      }
    };
    for (let length = 0; length < bytes.length; length++)
      tryImport(bytes.subarray(0, length), `cut at ${length}`);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      tryImport(damaged, `bit ${bit}`);
    }
  });
});

/** Options of an operator that are small whole numbers. Bytes and integers read the same from four bytes. */
function fields(values: readonly number[]): Field[] {
  return values.map(value => ({ int32: value }));
}
